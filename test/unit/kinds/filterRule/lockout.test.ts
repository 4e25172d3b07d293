import { expect } from "chai";
import { FilterRuleArgs } from "../../../../provider/kinds/filterRule/args";
import { ownTrafficProblems } from "../../../../provider/kinds/filterRule/lockout";
import { markFor } from "../../../support/args";

const fieldsOf = (given: object): string[] =>
  ownTrafficProblems({
    ...FilterRuleArgs.parse({ chain: "input", family: "ipv4", verdict: "drop", ...given }),
    mark: markFor("FilterRule"),
  }).map(({ property }) => property);

describe("filter/ownTraffic", () => {
  const stopping: readonly object[] = [
    {},
    { verdict: "reject" },
    { backend: "iptables" },
    { priority: 9999 },
    { protocol: "tcp" },
    { protocol: "tcp", verdict: "reject", rejectWith: "tcp-reset" },
    { state: "new" },
    { state: ["established", "related"] },
    { source: "127.0.0.0/8" },
    { source: ["10.0.0.0/8", "127.0.0.1"], destination: "!10.0.0.0/8" },
    ...["lo", "lo*", "l*", "!eth0", "!eth*"].map((inInterface) => ({ inInterface })),
  ];
  for (const given of stopping) {
    it(`stops Pulumi: ${JSON.stringify(given)}`, () => {
      expect(fieldsOf(given)).to.deep.equal(["inInterface"]);
      const { inInterface: outInterface, ...rest } = { inInterface: undefined, ...given };
      expect(fieldsOf({ ...rest, outInterface, chain: "output" })).to.deep.equal(["outInterface"]);
    });
  }

  const sparing: readonly object[] = [
    { chain: "forward" },
    { namespace: "red" },
    { family: "ipv6" },
    { verdict: "accept" },
    { verdict: "log" },
    { backend: "firewalld" },
    { protocol: "udp" },
    { protocol: "icmp", icmpType: "echo-request" },
    { protocol: "tcp", port: 80 },
    { protocol: "tcp", sourcePort: "1024-65535" },
    { state: ["invalid", "untracked"] },
    { source: "10.0.0.0/8" },
    { source: "!127.0.0.0/8" },
    { destination: ["10.0.0.0/8", "127.0.0.2"] },
    { destination: ["!10.0.0.0/8", "!127.0.0.1"] },
    ...["!lo", "!lo*", "!l*", "eth0", "veth*", "lo0"].map((inInterface) => ({ inInterface })),
  ];
  for (const given of sparing) {
    it(`spares Pulumi: ${JSON.stringify(given)}`, () => expect(fieldsOf(given)).to.deep.equal([]));
  }
});
