import { expect } from "chai";
import { argv, type Command, command, ip, printCommand } from "../../../provider/linux/command";

const rows: readonly (readonly [Command, words: readonly string[], printed: string])[] = [
  [ip(undefined, "link", "show"), ["ip", "link", "show"], "ip link show"],
  [ip("red", "link", "show"), ["ip", "-n", "red", "link", "show"], "ip -n red link show"],
  [
    command("sysctl", "red", ["net.ipv4.ip_forward"]),
    ["ip", "netns", "exec", "red", "sysctl", "net.ipv4.ip_forward"],
    "ip netns exec red sysctl net.ipv4.ip_forward",
  ],
  [command("nft", undefined, ["-f", "-"], "flush ruleset"), ["nft", "-f", "-"], "nft -f -"],
  [
    command("nft", "red", ["-j", "-f", "-"], "{}"),
    ["ip", "netns", "exec", "red", "nft", "-j", "-f", "-"],
    "ip netns exec red nft -j -f -",
  ],
  [
    command("sysctl", undefined, ["-w", "net.ipv4.ip_local_port_range=1024 65000"]),
    ["sysctl", "-w", "net.ipv4.ip_local_port_range=1024 65000"],
    'sysctl -w "net.ipv4.ip_local_port_range=1024 65000"',
  ],
  [
    ip(undefined, "", "$(reboot)", "a;b", 'a"b'),
    ["ip", "", "$(reboot)", "a;b", 'a"b'],
    'ip "" "$(reboot)" "a;b" "a\\"b"',
  ],
  [
    ip(undefined, "a\nb", "a@b:c%d+e=f,g/h.i-j_k"),
    ["ip", "a\nb", "a@b:c%d+e=f,g/h.i-j_k"],
    'ip "a\\nb" a@b:c%d+e=f,g/h.i-j_k',
  ],
];

describe("command", () => {
  for (const [given, words, printed] of rows) {
    it(printed, () => {
      expect(argv(given)).to.deep.equal(words);
      expect(printCommand(given)).to.equal(printed);
    });
  }

  it("has no keys for omitted values", () => {
    expect(command("ip", undefined, ["link"])).to.deep.equal({ tool: "ip", args: ["link"] });
    expect(command("nft", "red", ["-f", "-"], "")).to.deep.equal({
      tool: "nft",
      args: ["-f", "-"],
      namespace: "red",
      input: "",
    });
  });
});
