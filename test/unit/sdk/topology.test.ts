import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { Address, Node, Route, Topology } from "../../../sdk";
import { markFor } from "../../support/args";
import { registered, standing } from "./registered";

const network = {
  nodes: {
    red: { interfaces: { eth0: { peer: { bridge: "net" }, addresses: ["10.0.0.1/24"] } } },
    blue: { sysctls: { "net.ipv4.ip_forward": 1 } },
  },
  bridges: { net: { addresses: ["10.0.0.254/24"] } },
  nat: { out: { kind: "masquerade" as const, source: "10.0.0.0/24" } },
  routes: [{ destination: "10.9.0.0/16", via: "10.0.0.1" }],
  sysctls: { "net.ipv4.ip_forward": true },
  adopt: true,
};

describe("sdk Topology", () => {
  it("passes every argument on", async () => {
    const { resources, marks } = await registered(() => [
      new Topology("lab", network),
      new Topology("empty", {}),
    ]);
    expect(resources).to.deep.equal({
      lab: standing("Topology", network),
      empty: standing("Topology", {}),
    });
    expect(marks["lab"]).to.equal(markFor("Topology", "lab"));
  });

  it("accepts outputs as values, and without type checking as maps as well", async () => {
    // biome-ignore lint/suspicious/noExplicitAny: stands for a program that skips type checking
    const nodes: any = pulumi.output({ red: {} });
    const { resources } = await registered(() => [
      new Topology("lab", {
        nodes,
        bridges: { net: { mtu: pulumi.output(1400), addresses: pulumi.output(["10.0.0.1/24"]) } },
      }),
    ]);
    expect(resources["lab"]?.inputs).to.deep.equal({
      nodes: { red: {} },
      bridges: { net: { mtu: 1400, addresses: ["10.0.0.1/24"] } },
    });
  });

  it("has nodes that others may name", async () => {
    const { resources } = await registered(() => [
      new Topology("lab", network),
      new Address("more", { namespace: "red", interface: "eth0", address: "10.0.0.2/24" }),
      new Address("elsewhere", { namespace: "green", interface: "eth0", address: "10.0.0.3/24" }),
    ]);
    expect(resources["more"]?.dependsOn).to.deep.equal(["lab"]);
    expect(resources["elsewhere"]?.dependsOn).to.deep.equal([]);
  });

  it("has links and addresses that others may name", async () => {
    const { resources } = await registered(() => [
      new Topology("lab", network),
      new Node("green", { interfaces: { eth0: { peer: { bridge: "net" } } } }),
      new Address("on-bridge", { interface: "net", address: "10.0.0.253/24" }),
      new Address("on-far-end", { interface: "red-eth0", address: "10.0.1.1/24" }),
      new Route("way", { destination: "10.8.0.0/16", via: "10.0.0.1" }),
    ]);
    const owners = (name: string) => resources[name]?.replaceWith;
    expect(["green", "on-bridge", "on-far-end"].map(owners)).to.deep.equal([["lab"], ["lab"], ["lab"]]);
    expect(owners("way")).to.deep.equal(["lab", "on-bridge", "on-far-end"]);
  });

  it("has dummies that others may name, on the host and in a node, and whose addresses routes wait for", async () => {
    const { resources } = await registered(() => [
      new Topology("lab", {
        nodes: { red: { dummies: { "dum-in": {} } } },
        dummies: { dum0: { addresses: ["10.0.0.1/24"] } },
      }),
      new Address("on-host", { interface: "dum0", address: "10.0.0.2/24" }),
      new Address("in-node", { namespace: "red", interface: "dum-in", address: "10.0.0.3/24" }),
      new Address("elsewhere", { interface: "dum-in", address: "10.0.0.4/24" }),
      new Route("way", { destination: "10.8.0.0/16", via: "10.0.0.9" }),
    ]);
    const deleters = ["on-host", "in-node", "elsewhere"].map((name) => resources[name]?.deletedWith);
    expect(deleters).to.deep.equal(["lab", "lab", ""]);
    expect(resources["way"]?.replaceWith).to.deep.equal(["lab", "on-host", "elsewhere"]);
  });

  it("ignores unknown values", async () => {
    // biome-ignore lint/suspicious/noExplicitAny: stands for a program that skips type checking
    const [peer, eth1]: any[] = [pulumi.output({ name: "far" }), pulumi.output({})];
    const { resources } = await registered(() => [
      new Topology("lab", {
        nodes: { red: { interfaces: { eth0: { peer }, eth1 } } },
        bridges: { net: { namespace: pulumi.output("red"), addresses: ["10.0.0.1/24"] } },
      }),
      new Address("far", { interface: "red-eth0", address: "10.0.0.1/24" }),
      new Address("bridge", { interface: "net", address: "10.0.0.1/24" }),
      new Address("near", { namespace: "red", interface: "eth1", address: "10.0.0.1/24" }),
    ]);
    expect(
      [resources["far"], resources["bridge"], resources["near"]].map((one) => one?.deletedWith),
    ).to.deep.equal(["", "", "lab"]);
  });
});
