import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { Address, Bridge, FilterRule, Namespace, Neighbor, PolicyRule, Route, VethPair } from "../../../sdk";
import { currentProgram } from "../../../sdk/program";
import { resolveNamespace } from "../../../sdk/reference";
import { registered, standing, value } from "./registered";

const MAC = "02:00:00:00:00:01";

describe("sdk program", () => {
  it("does not share its declarations with another program", async () => {
    const first = await registered(() => [
      new Namespace("red"),
      new Bridge("net"),
      new Bridge("inside", { namespace: "red" }),
    ]);
    expect(first.resources["inside"]?.deletedWith).to.equal("red");

    const second = await registered(() => [
      new Bridge("inside", { namespace: "red" }),
      new Address("ip", { interface: "net", address: "192.168.15.1/24" }),
    ]);
    expect(second.resources).to.deep.equal({
      inside: standing("Bridge", { name: "inside", namespace: "red" }),
      ip: standing("Address", { interface: "net", address: "192.168.15.1/24" }),
    });
  });

  it("finds only earlier declarations", async () => {
    const { resources } = await registered(() => [
      new Bridge("too-early", { namespace: "red" }),
      new Namespace("red"),
      new Bridge("in-time", { namespace: "red" }),
    ]);
    expect([resources["too-early"]?.deletedWith, resources["in-time"]?.deletedWith]).to.deep.equal([
      "",
      "red",
    ]);
  });

  it("distinguishes links of one name by their namespaces", async () => {
    const { resources } = await registered(() => {
      const red = new Namespace("red");
      return [
        new Bridge("outer", { name: "br0" }),
        new Bridge("inner", { name: "br0", namespace: red }),
        new VethPair("here", { peer: { name: "p0", bridge: "br0" } }),
        new VethPair("there", { peer: { name: "p0", namespace: "red", bridge: "br0" } }),
      ];
    });
    expect([resources["here"]?.replaceWith, resources["there"]?.replaceWith]).to.deep.equal([
      ["outer"],
      ["red", "inner"],
    ]);
  });

  it("knows the addresses of each namespace", async () => {
    await registered(() => {
      const red = new Namespace("red");
      const all = [
        new Address("a", { interface: "lo", namespace: red, address: "10.0.0.1/8" }),
        new Address("b", { interface: "eth0", address: "10.0.0.2/8" }),
        new Address("c", { interface: "lo", namespace: "red", address: "10.0.0.3/8" }),
      ];
      const in_ = (reference?: string) => currentProgram().addressesIn(resolveNamespace(reference));
      expect(in_("red")).to.have.ordered.members([all[0], all[2]]);
      expect(in_()).to.have.ordered.members([all[1]]);
      expect(in_("blue")).to.deep.equal([]);
      return all;
    });
  });

  it("refuses a link with a namespace that it is not in", async () => {
    const outcomes: string[] = [];
    await registered(() => {
      const [red, blue] = [new Namespace("red"), new Namespace("blue")];
      const cable = new VethPair("cable", {
        end: { name: "eth0", namespace: red },
        peer: { name: "eth0", namespace: blue },
      });
      const declare = [
        () => new Address("a", { interface: cable.end, namespace: blue, address: "10.0.0.1/8" }),
        () => new Route("r", { interface: cable.end, namespace: "blue", destination: "default" }),
        () => new Neighbor("n", { interface: cable.peer, namespace: red, address: "10.0.0.2", lladdr: MAC }),
        () => new PolicyRule("p", { iif: cable.peer, namespace: red, priority: 1, table: 1 }),
        () =>
          new FilterRule("f", {
            ...{ chain: "forward", verdict: "drop" },
            ...{ inInterface: cable.end, outInterface: cable.peer },
          }),
        () => new Address("same", { interface: cable.end, namespace: "red", address: "10.0.0.1/8" }),
        () => new Address("unknown", { interface: cable.end, namespace: blue.name, address: "10.0.0.2/8" }),
      ];
      for (const one of declare) {
        try {
          one();
          outcomes.push("");
        } catch (error) {
          outcomes.push(String(error));
        }
      }
      return [];
    });
    const words = "`namespace` is not the namespace of the link; omit it, as the link brings its own";
    expect(outcomes).to.deep.equal([
      ...['Address "a"', 'Route "r"', 'Neighbor "n"', 'PolicyRule "p"'].map(
        (whose) => `Error: ${whose}: ${words}`,
      ),
      'Error: FilterRule "f": its links are in different namespaces; name links of one namespace',
      ...["", ""],
    ]);
  });

  it("resolves a reference to name and resource", async () => {
    await registered(() => {
      const red = new Namespace("red");
      expect(resolveNamespace(red)).to.deep.include({ resource: red, key: red });
      expect(resolveNamespace("red")).to.deep.equal({ name: "red", resource: red, key: red });
      expect(resolveNamespace("blue")).to.deep.equal({ name: "blue", resource: undefined, key: "blue" });
      expect(resolveNamespace(undefined)).to.deep.equal({
        name: undefined,
        resource: undefined,
        key: undefined,
      });
      return [red];
    });
    expect(await value(pulumi.output("an output"))).to.equal("an output");
  });
});
