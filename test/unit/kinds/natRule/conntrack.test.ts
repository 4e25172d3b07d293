import { expect } from "chai";
import { forget } from "../../../../provider/kinds/natRule/conntrack";
import { printCommand } from "../../../../provider/linux/command";

type Matched = Parameters<typeof forget>[0];

const HEAD = "conntrack -D -f ipv4 -p";
const many = (first: number, count: number) => Array.from({ length: count }, (_, at) => first + at);

describe("connections that a rule matches", () => {
  const rows: readonly (readonly [args: Omit<Matched, "namespace">, ...commands: string[]])[] = [
    [{ family: "ipv4" }, `${HEAD} udp`, `${HEAD} icmp`],
    [{ family: "ipv6" }, "conntrack -D -f ipv6 -p udp", "conntrack -D -f ipv6 -p icmpv6"],
    [{ family: "ipv4", protocol: "tcp", port: 80 }],
    [{ family: "ipv4", protocol: "sctp" }],
    [{ family: "ipv4", protocol: "esp", source: "10.0.0.1/32" }, `${HEAD} esp --orig-src 10.0.0.1`],
    [
      { family: "ipv4", protocol: "udp", source: "10.0.0.0/8", destination: "10.1.0.1/32" },
      `${HEAD} udp --orig-src 10.0.0.0/8 --orig-dst 10.1.0.1`,
    ],
    // Properties that conntrack cannot express do not narrow the deletion.
    [{ family: "ipv4", protocol: "udp", source: "!10.0.0.0/8", destination: "0.0.0.0/0" }, `${HEAD} udp`],
    [
      { family: "ipv4", protocol: "udp", port: "53-54", sourcePort: [7, 9] },
      `${HEAD} udp --orig-port-src 7 --orig-port-dst 53`,
      `${HEAD} udp --orig-port-src 7 --orig-port-dst 54`,
      `${HEAD} udp --orig-port-src 9 --orig-port-dst 53`,
      `${HEAD} udp --orig-port-src 9 --orig-port-dst 54`,
    ],
    [
      { family: "ipv4", protocol: "udp", port: "1000-1015" },
      ...many(1000, 16).map((port) => `${HEAD} udp --orig-port-dst ${port}`),
    ],
    [{ family: "ipv4", protocol: "udp", port: "1000-1016" }, `${HEAD} udp`],
    [{ family: "ipv4", protocol: "udp", port: "1-65535", sourcePort: 7 }, `${HEAD} udp --orig-port-src 7`],
  ];
  for (const [args, ...commands] of rows) {
    it(`${JSON.stringify(args)}: ${commands.length}`, () =>
      expect(forget({ ...args, namespace: undefined }).map(printCommand)).to.deep.equal(commands));
  }

  it("are those of the rule's namespace, and may be missing", () => {
    const [command] = forget({ family: "ipv4", namespace: "red" });
    expect(command?.namespace).to.equal("red");
    expect(command?.mayFail).to.match(/^without it, /);
  });
});
