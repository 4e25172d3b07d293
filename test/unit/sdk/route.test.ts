import { expect } from "chai";
import { Address, Bridge, Namespace, Route, VethPair } from "../../../sdk";
import { registered, standing } from "./registered";

const via = "192.168.15.5";

describe("sdk Route", () => {
  it("passes every argument on", async () => {
    const all = {
      destination: "10.0.0.0/8",
      namespace: "elsewhere",
      via,
      interface: "eth0",
      metric: 5,
      table: 100,
      source: "192.168.15.2",
      mtu: 1400,
      onlink: true,
      type: "unicast",
      adopt: true,
    } as const;
    const { resources } = await registered(() => [new Route("out", all)]);
    expect(resources).to.deep.equal({ out: standing("Route", all) });
  });

  it("comes after the addresses declared before it in its namespace, and is replaced with them", async () => {
    const { resources } = await registered(() => {
      const red = new Namespace("red");
      const cable = new VethPair("cable", { end: { namespace: red }, peer: { name: "far" } });
      const elsewhere = new Address("elsewhere", { interface: cable.peer, address: "10.0.0.1/24" });
      const before = new Address("before", { interface: cable.end, address: "192.168.15.2/24" });
      const out = new Route("out", { namespace: red, destination: "default", via });
      const after = new Address("after", { interface: cable.end, address: "192.168.16.2/24" });
      return [red, cable, elsewhere, before, out, after];
    });
    expect(resources["out"]).to.deep.equal({
      ...standing("Route", { namespace: "red", destination: "default", via }),
      deletedWith: "red",
      replaceWith: ["red", "before"],
      dependsOn: ["before", "red"],
    });
  });

  it("takes its namespace from the link, and is replaced with that", async () => {
    const { resources } = await registered(() => {
      const net = new Bridge("net");
      return [net, new Route("out", { interface: net, destination: "10.0.0.0/8" })];
    });
    expect(resources["out"]).to.deep.equal({
      ...standing("Route", { interface: "net", destination: "10.0.0.0/8" }),
      replaceWith: ["net"],
      dependsOn: ["net"],
    });
  });

  it("is replaced with every link of its ways, and deleted with none of them alone", async () => {
    const { resources } = await registered(() => {
      const [one, two] = [new Bridge("one"), new Bridge("two")];
      const nexthops = [
        { via: "10.1.0.1", interface: one },
        { via: "10.2.0.1", interface: two },
      ];
      return [one, two, new Route("out", { destination: "default", nexthops })];
    });
    expect(resources["out"]).to.deep.equal({
      ...standing("Route", {
        destination: "default",
        nexthops: [
          { via: "10.1.0.1", interface: "one" },
          { via: "10.2.0.1", interface: "two" },
        ],
      }),
      replaceWith: ["one", "two"],
      dependsOn: ["one", "two"],
    });
  });

  it("waits for no address if it is a dead end", async () => {
    const { resources } = await registered(() => {
      const address = new Address("address", { interface: "lo", address: "10.0.0.1/32" });
      return [address, new Route("out", { destination: "10.0.0.0/8", type: "blackhole" })];
    });
    expect(resources["out"]).to.deep.equal(
      standing("Route", { destination: "10.0.0.0/8", type: "blackhole" }),
    );
  });
});
