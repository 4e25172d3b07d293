import { expect } from "chai";
import fc from "fast-check";
import { normalValue, parseSysctls, sysctlPath } from "../../../../provider/linux/read/sysctl";

describe("parse/sysctl", () => {
  describe("sysctlPath", () => {
    for (const [key, path] of [
      ["net.ipv4.ip_forward", "net/ipv4/ip_forward"],
      ["net/ipv4/ip_forward", "net/ipv4/ip_forward"],
      ["net.ipv4.conf.eth0/100.forwarding", "net/ipv4/conf/eth0.100/forwarding"],
      ["net/ipv4/conf/eth0.100/forwarding", "net/ipv4/conf/eth0.100/forwarding"],
      ["net/ipv6/conf/a.b.c/disable_ipv6", "net/ipv6/conf/a.b.c/disable_ipv6"],
      ["net.ipv6.conf.a/b/c.disable_ipv6", "net/ipv6/conf/a.b.c/disable_ipv6"],
      ["hostname", "hostname"],
    ] as const) {
      it(key, () => {
        expect(sysctlPath(key)).to.equal(path);
      });
    }

    const part = fc.stringMatching(/^[a-z_][a-z0-9_.-]{0,14}$/).filter((text) => !text.includes(".."));

    it("reads the output of sysctl(8) back to the same path, with dots in names", () => {
      fc.assert(
        fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
          const path = ["net", ...parts].join("/");
          // sysctl(8) prints a path with the two separators exchanged.
          const printed = path.replace(/[./]/g, (separator) => (separator === "." ? "/" : "."));
          expect(sysctlPath(path)).to.equal(path);
          expect(sysctlPath(printed)).to.equal(path);
          expect(sysctlPath(sysctlPath(printed))).to.equal(path);
          expect([...parseSysctls(`${printed} = 1`)]).to.deep.equal([[path, "1"]]);
        }),
      );
    });
  });

  describe("parseSysctls", () => {
    const rows: readonly (readonly [title: string, text: string, values: [string, string][]])[] = [
      [
        "several, one of them a list with tabs",
        "net.ipv4.ip_forward = 0\nnet.ipv4.tcp_rmem = 4096\t131072\t33554432",
        [
          ["net/ipv4/ip_forward", "0"],
          ["net/ipv4/tcp_rmem", "4096 131072 33554432"],
        ],
      ],
      ["an empty value", "net.ipv4.ip_local_reserved_ports = ", [["net/ipv4/ip_local_reserved_ports", ""]]],
      [
        "a name with dots",
        "net.ipv4.conf.eth0/100.forwarding = 1",
        [["net/ipv4/conf/eth0.100/forwarding", "1"]],
      ],
      ["a value with an equals sign", "net.core.x = a = b", [["net/core/x", "a = b"]]],
      ["nothing", "", []],
      ["something else", "a line that is no parameter\n", []],
    ];
    for (const [title, text, values] of rows) {
      it(title, () => {
        expect([...parseSysctls(text)]).to.deep.equal(values);
      });
    }
  });

  it("normalValue collapses white space", () => {
    expect(["1024 65000", " 1024\t65000\n", "", "a  \t b"].map(normalValue)).to.deep.equal([
      "1024 65000",
      "1024 65000",
      "",
      "a b",
    ]);
  });
});
