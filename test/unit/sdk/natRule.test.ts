import { expect } from "chai";
import { Address, Bridge, Namespace, NatRule, VethPair } from "../../../sdk";
import { owned, registered, standing } from "./registered";

describe("sdk NatRule", () => {
  it("passes every argument on", async () => {
    const all = {
      kind: "dnat",
      namespace: "elsewhere",
      backend: "iptables",
      family: "ipv4",
      source: "10.0.0.0/8",
      destination: "192.0.2.1",
      inInterface: "eth0",
      protocol: "tcp",
      sourcePort: "1024-65535",
      to: "192.168.15.2:80",
      priority: -5,
      hairpin: "192.168.15.0/24",
      routeLocalnet: "v-net-0",
    } as const;
    const { resources } = await registered(() => [new NatRule("web", { ...all, port: [80, 443] })]);
    expect(resources).to.deep.equal({ web: standing("NatRule", { ...all, port: [80, 443] }) });
  });

  it("is in its link's namespace, is replaced with it, and comes after the addresses that name a network", async () => {
    const { resources } = await registered(() => {
      const net = new Bridge("v-net-0", { namespace: "red" });
      const address = new Address("gateway", { interface: net, address: "192.168.15.5/24" });
      return [net, address, new NatRule("web", { kind: "dnat", hairpin: true, routeLocalnet: net })];
    });
    expect(resources["web"]).to.deep.equal({
      ...standing("NatRule", { kind: "dnat", hairpin: true, routeLocalnet: "v-net-0", namespace: "red" }),
      replaceWith: ["v-net-0"],
      dependsOn: ["gateway", "v-net-0"],
    });
  });

  it("accepts links in matches, and is in their namespace", async () => {
    const { resources } = await registered(() => {
      const cable = new VethPair("wan0", { end: { namespace: "red" }, peer: { name: "isp0" } });
      return [
        cable,
        new NatRule("out", { kind: "masquerade", outInterface: cable.end }),
        new NatRule("in", { kind: "redirect", inInterface: cable.peer, to: 8080, port: 80, protocol: "tcp" }),
      ];
    });
    expect([resources["out"], resources["in"]].map((rule) => rule?.inputs)).to.deep.equal([
      { kind: "masquerade", outInterface: "wan0", namespace: "red" },
      { kind: "redirect", inInterface: "isp0", to: 8080, port: 80, protocol: "tcp" },
    ]);
    // It continues to match the next link of that name.
    expect(resources["out"]?.replaceWith).to.deep.equal([]);
  });

  it("is deleted with its namespace, given as resource or by name", async () => {
    const kind = "masquerade";
    const { resources } = await registered(() => {
      const red = new Namespace("red");
      return [
        new NatRule("by-resource", { kind, namespace: red }),
        new NatRule("by-name", { kind, namespace: "red" }),
        new NatRule("host", { kind }),
      ];
    });
    expect({ ...resources, red: 0 }).to.deep.equal({
      red: 0,
      "by-resource": owned("NatRule", { kind, namespace: "red" }, ["red"]),
      "by-name": owned("NatRule", { kind, namespace: "red" }, ["red"]),
      host: standing("NatRule", { kind }),
    });
  });
});
