import { expect } from "chai";
import { FilterRuleArgs } from "../../../../provider/kinds/filterRule/args";
import { ownTrafficProblems } from "../../../../provider/kinds/filterRule/lockout";
import { withFacts } from "../../../../provider/linux/host/currentFacts";
import type { SshPath } from "../../../../provider/linux/host/host";
import { markFor } from "../../../support/args";
import { HERE } from "../../../support/fakeHost";

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

  describe("on a lab host", () => {
    const path = { client: "192.0.2.7", server: "192.0.2.1", port: 22 };
    const onHost = (given: object, ssh: SshPath | "unknown" = path) =>
      withFacts({ ...HERE.facts, ssh }, () => fieldsOf(given));

    const stopping: readonly object[] = [
      {},
      { verdict: "reject" },
      { backend: "firewalld" },
      { protocol: "tcp", port: 22 },
      { protocol: "tcp", port: "20-25" },
      { protocol: "tcp", port: [22, 80] },
      { source: "192.0.2.0/24", destination: "192.0.2.1" },
      { state: "established" },
    ];
    for (const given of stopping)
      it(`blocks the connection: ${JSON.stringify(given)}`, () =>
        expect(onHost(given)).to.deep.equal(["source"]));

    it("blocks the connection by the answers of the host", () => {
      expect(onHost({ chain: "output" })).to.deep.equal(["destination"]);
      expect(onHost({ chain: "output", protocol: "tcp", sourcePort: 22 })).to.deep.equal(["destination"]);
    });

    const sparing: readonly object[] = [
      { chain: "forward" },
      { namespace: "red" },
      { family: "ipv6" },
      { verdict: "accept" },
      { protocol: "udp" },
      { protocol: "tcp", port: 80 },
      { protocol: "tcp", port: [80, 443] },
      { source: "!192.0.2.7" },
      { source: "127.0.0.0/8" },
      { inInterface: "eth1" },
      { state: "invalid" },
    ];
    for (const given of sparing)
      it(`spares the connection: ${JSON.stringify(given)}`, () => expect(onHost(given)).to.deep.equal([]));

    it("spares a connection that tells no addresses, as by a ProxyCommand", () =>
      expect(onHost({}, "unknown")).to.deep.equal([]));
  });
});
