import { expect } from "chai";
import { rivals } from "../../../../provider/kinds/filterRule/ambiguousOrder";
import { FilterRuleArgs } from "../../../../provider/kinds/filterRule/args";

const schema = FilterRuleArgs.extend({ family: FilterRuleArgs.shape.family.optional() });

/** Pairs of rules in the chain forward, `web` first, whose order would be random. */
const pairs = (...rules: readonly object[]): string[] =>
  rivals(
    rules.map((rule, at) => ({
      ...schema.parse({ chain: "forward", verdict: at === 0 ? "accept" : "drop", ...rule }),
      name: at === 0 ? "web" : `rest${at}`,
    })),
  ).map(([one, other]) => `${one.name} ${other.name}`);

describe("filter/rivals", () => {
  const web = { protocol: "tcp", port: [80, 443] };
  const meeting: readonly (readonly [title: string, one: object, other: object])[] = [
    ["everything", web, {}],
    ["the same port", web, { protocol: "tcp", port: 80 }],
    ["a range around a port", web, { protocol: "tcp", port: "400-500" }],
    ["the other direction", web, { protocol: "tcp", sourcePort: 22 }],
    ["a state of both", { state: ["new", "established"] }, { state: ["invalid", "new"] }],
    ["an ICMP type of any", { protocol: "icmp", icmpType: "echo-request" }, { protocol: "icmp" }],
    // If it is unclear, they may meet.
    ["other addresses", { source: "10.1.0.0/16" }, { source: "10.2.0.0/16" }],
    ["other links", { inInterface: "eth0" }, { inInterface: "eth1" }],
    ["a family by default", {}, { family: "ipv4" }],
    ["a family by addresses", { source: "fd00::/8" }, { family: "ipv6" }],
    ["a log", { verdict: "log" }, {}],
    ["the two ways to stop", { verdict: "reject" }, {}],
    ["the chain of Docker", { dockerUser: true }, { dockerUser: true }],
  ];
  for (const [title, one, other] of meeting) {
    it(`meet: ${title}`, () => expect(pairs(one, other)).to.deep.equal(["rest1 web"]));
  }

  const apart: readonly (readonly [title: string, one: object, other: object])[] = [
    ["priority", web, { priority: 1 }],
    ["verdict", web, { verdict: "accept" }],
    ["namespace", web, { namespace: "red" }],
    ["chain", web, { chain: "input" }],
    ["backend", web, { backend: "iptables" }],
    ["family", web, { family: "ipv6" }],
    ["family by addresses", web, { destination: "fd00::/8" }],
    ["list of the two in iptables", { dockerUser: true }, {}],
    ["protocol", web, { protocol: "udp" }],
    ["port", web, { protocol: "tcp", port: 22 }],
    ["range of ports", web, { protocol: "tcp", port: "81-442" }],
    ["source port", { protocol: "tcp", sourcePort: 53 }, { protocol: "tcp", sourcePort: [54, 55] }],
    ["state", { state: ["established", "related"] }, { state: "invalid" }],
    [
      "ICMP type",
      { protocol: "icmp", icmpType: "echo-request" },
      { protocol: "icmp", icmpType: ["redirect", "echo-reply"] },
    ],
  ];
  for (const [title, one, other] of apart) {
    it(`are distinguished by their ${title}`, () => expect(pairs(one, other)).to.deep.equal([]));
  }

  it("are named once each, with the first that they meet", () => {
    expect(pairs({}, {}, { priority: 5 }, { verdict: "accept" }, {})).to.deep.equal([
      "rest1 web",
      "rest3 rest1",
      "rest4 web",
    ]);
  });
});
