import { expect } from "chai";
import { Bridge, Namespace, PolicyRule, VethPair } from "../../../sdk";
import { owned, registered, standing } from "./registered";

describe("sdk PolicyRule", () => {
  it("passes every argument on", async () => {
    const all = {
      priority: 100,
      namespace: "elsewhere",
      family: "ipv4",
      from: "10.0.0.0/8",
      to: "10.9.0.0/16",
      iif: "eth0",
      oif: "eth1",
      fwmark: "0x10/0xff",
      ipproto: "tcp",
      sport: 1024,
      dport: "80-90",
      uidrange: "1000-1999",
      tos: 16,
      invert: true,
      action: "lookup",
      table: 100,
      suppressPrefixlength: 0,
    } as const;
    const { resources } = await registered(() => [new PolicyRule("it", all)]);
    expect(resources).to.deep.equal({ it: standing("PolicyRule", all) });
  });

  it("takes its namespace from a link, and is deleted with the namespace, but not with the link", async () => {
    const { resources } = await registered(() => {
      const red = new Namespace("red");
      const net = new Bridge("net", { name: "br0" });
      const cable = new VethPair("cable", { end: { namespace: red }, peer: { name: "far", bridge: net } });
      return [
        new PolicyRule("by-iif", { priority: 1, iif: cable.end, table: 100 }),
        new PolicyRule("by-oif", { priority: 2, oif: cable.end, table: 100 }),
        new PolicyRule("by-name", { priority: 3, namespace: "red", iif: "lo", table: 100 }),
        new PolicyRule("on-host", { priority: 4, iif: net, table: 100 }),
      ];
    });
    const within = (inputs: object) =>
      owned("PolicyRule", { namespace: "red", table: 100, ...inputs }, ["red"]);
    expect({ ...resources, red: 0, net: 0, cable: 0 }).to.deep.equal({
      ...{ red: 0, net: 0, cable: 0 },
      // The output of a link that is given as a resource contains its name.
      "by-iif": { ...within({ priority: 1, iif: "cable" }), dependsOn: ["cable", "red"] },
      "by-oif": { ...within({ priority: 2, oif: "cable" }), dependsOn: ["cable", "red"] },
      "by-name": within({ priority: 3, iif: "lo" }),
      "on-host": { ...standing("PolicyRule", { priority: 4, iif: "br0", table: 100 }), dependsOn: ["net"] },
    });
  });
});
