import { expect } from "chai";
import { command, ip } from "../../../provider/linux/command";
import { batchLines, dangersOf } from "../../support/commandSafety";

const batch = (text: string) => command("flock", undefined, ["--close", "/run", "ip", "-batch", "-"], text);

describe("dangersOf", () => {
  const safe = [
    ip("red", "-N", "-j", "-d", "addr", "show", "dev", "eth0"),
    ip(undefined, "link", "add", "name", "if", "type", "veth", "peer", "name", "b", "netns", "red1"),
    command("sysctl", "red", ["-q", "-w", "net.ipv4.ip_forward=-1"]),
    command("nft", undefined, ["-j", "-f", "-"], '{"nftables":[]}'),
    batch("netns add red\nnetns exec red ip link set dev lo up\n"),
  ];
  for (const one of safe) it(`none: ${one.args.join(" ")}`, () => expect(dangersOf(one)).to.deep.equal([]));

  const dangerous = [
    ["a NUL", ip(undefined, "link", "show", "dev", "a\0b")],
    ["half a character", ip(undefined, "link", "show", "dev", "\ud800")],
    ["an option", ip(undefined, "link", "show", "dev", "--help")],
    ["a namespace as option", ip("-all", "link", "show")],
    ["an index", ip(undefined, "link", "del", "dev", "if7")],
    [
      "a process",
      ip(undefined, "link", "add", "name", "a", "type", "veth", "peer", "name", "b", "netns", "7"),
    ],
    ["a write", command("sysctl", undefined, ["-n", "net/ipv4/conf/a=b/forwarding"])],
    ["an option to flock's tool", command("flock", undefined, ["--close", "/run", "ip", "-all"])],
    ["an option in a batch", batch("netns del -all\n")],
    ["JSON with more than one meaning", command("nft", undefined, ["-j", "-f", "-"], '{"a":1,"a":2}')],
    ["an unknown language", command("ps", undefined, [], "text")],
  ] as const;
  for (const [title, one] of dangerous)
    it(`one: ${title}`, () => expect(dangersOf(one)).to.have.length.of.at.least(1));
});

describe("batchLines", () => {
  const rows: readonly (readonly [text: string, lines: readonly (readonly string[])[]])[] = [
    [
      "netns add red\nnetns del red\n",
      [
        ["netns", "add", "red"],
        ["netns", "del", "red"],
      ],
    ],
    ["a\t b \r\n\n  \n", [["a", "b"]]],
    ["a b # c\n#d\ne#f g\n", [["a", "b"], ["e"]]],
    ["a 'b c' \"d e\" f\n", [["a", "b c", "d e", "f"]]],
    ["a b'c d'e\n", [["a", "b'c", "d'e"]]],
    ["a 'b c\n", [["a", "b c"]]],
    ["a \\\nb\nc\\d\n", [["a", "b"], ["c\\d"]]],
    ["a\u00a0b c\n", [["a\u00a0b", "c"]]],
  ];
  for (const [text, lines] of rows)
    it(JSON.stringify(text), () => expect(batchLines(text)).to.deep.equal(lines));
});
