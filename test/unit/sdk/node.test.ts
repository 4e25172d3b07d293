import { expect } from "chai";
import { Address, Bridge, Namespace, Node, Route } from "../../../sdk";
import { markFor } from "../../support/args";
import { owned, registered, standing, value } from "./registered";

describe("sdk Node", () => {
  it("is by default named as its resource, without interfaces", async () => {
    const { resources, marks } = await registered(() => [
      new Node("red"),
      new Node("long-name", { name: "blue" }),
    ]);
    expect(resources).to.deep.equal({
      red: standing("Node", { name: "red", interfaces: {} }),
      "long-name": standing("Node", { name: "blue", interfaces: {} }),
    });
    expect(marks).to.deep.equal({ red: markFor("Node", "red"), "long-name": markFor("Node", "long-name") });
  });

  it("passes every argument on", async () => {
    const inputs = {
      ...{ sysctls: { "net.ipv4.ip_forward": 1 }, loopback: false, killProcesses: true, adopt: true },
      interfaces: {
        eth0: {
          ...{ mac: "02:00:00:00:00:01", mtu: 1400, up: false },
          peer: {
            name: "red0",
            namespace: "elsewhere",
            bridge: "br0",
            mac: "02:00:00:00:00:02",
            mtu: 1300,
            up: false,
            addresses: ["10.0.0.9/24"],
          },
          addresses: ["10.0.0.1/24", { address: "fd00::1/64", nodad: false }],
        },
      },
      routes: [{ destination: "default", via: "10.0.0.2" }],
    };
    const { resources } = await registered(() => [new Node("red", inputs)]);
    expect(resources["red"]).to.deep.equal(standing("Node", { name: "red", ...inputs }));
  });

  it("comes after the bridges and namespaces of its far ends, and is replaced with them", async () => {
    const { resources } = await registered(() => {
      const net = new Bridge("net");
      const inner = new Bridge("inner", { namespace: new Namespace("room") });
      const red = new Node("red", { interfaces: { eth0: { peer: { bridge: net } } } });
      return [
        red,
        new Node("blue", {
          interfaces: { eth0: { peer: { namespace: red } }, eth1: { peer: { bridge: inner } } },
        }),
        new Node("green", { interfaces: { eth0: { peer: { namespace: "red", bridge: "made-by-hand" } } } }),
      ];
    });
    const dependent = (inputs: Record<string, unknown>, owners: readonly [string, ...string[]]) => ({
      ...owned("Node", inputs, owners),
      deletedWith: "",
    });
    const { red, blue, green } = resources;
    expect({ red, blue, green }).to.deep.equal({
      red: dependent({ name: "red", interfaces: { eth0: { peer: { bridge: "net" } } } }, ["net"]),
      blue: dependent(
        {
          name: "blue",
          interfaces: {
            eth0: { peer: { namespace: "red" } },
            eth1: { peer: { namespace: "room", bridge: "inner" } },
          },
        },
        ["red", "room", "inner"],
      ),
      green: dependent(
        { name: "green", interfaces: { eth0: { peer: { namespace: "red", bridge: "made-by-hand" } } } },
        ["red"],
      ),
    });
  });

  it("represents a namespace, itself and by its name, and has addresses that routes wait for", async () => {
    const { resources } = await registered(() => {
      const red = new Node("red");
      return [
        new Address("by-node", { namespace: red, interface: "eth0", address: "10.0.0.1/24" }),
        new Address("by-name", { namespace: "red", interface: "eth0", address: "10.0.0.2/24" }),
        new Route("way", { namespace: red, destination: "default", via: "10.0.0.3" }),
      ];
    });
    expect(resources["by-node"]?.deletedWith).to.equal("red");
    expect(resources["by-name"]?.deletedWith).to.equal("red");
    expect(resources["way"]?.replaceWith).to.deep.equal(["red", "by-node", "by-name"]);
  });

  it("has links that others may name, at both ends of its cables", async () => {
    const { resources } = await registered(() => {
      const net = new Bridge("net", { namespace: new Namespace("room") });
      const blue = new Node("blue");
      return [
        new Node("red", {
          interfaces: {
            eth0: { peer: { namespace: blue, name: "red0", addresses: ["10.1.0.1/24"] } },
            eth1: { peer: { bridge: net } },
            eth2: {},
          },
        }),
        new Address("near", { namespace: "red", interface: "eth0", address: "10.0.0.1/24" }),
        new Address("far", { namespace: blue, interface: "red0", address: "10.0.0.2/24" }),
        new Address("port", { namespace: "room", interface: "red-eth1", address: "10.0.0.3/24" }),
        new Address("here", { interface: "red-eth2", address: "10.0.0.4/24" }),
        new Route("way", { namespace: blue, destination: "default", via: "10.1.0.2" }),
        new Route("elsewhere", { destination: "default", via: "10.0.0.5" }),
      ];
    });
    const { near, far, port, here, way, elsewhere } = resources;
    expect([near, far, port, here].map((one) => one?.deletedWith)).to.deep.equal(Array(4).fill("red"));
    expect(far?.replaceWith).to.deep.equal(["red", "blue"]);
    // It also uses addresses that the node gives the far end.
    expect(way?.replaceWith).to.deep.equal(["blue", "red", "far"]);
    expect(elsewhere?.replaceWith).to.deep.equal(["here"]);
  });

  it("refuses a port of a bridge that is in another namespace", async () => {
    const program = () => {
      const net = new Bridge("net", { namespace: new Namespace("room") });
      return [new Node("red", { interfaces: { eth0: { peer: { namespace: "other", bridge: net } } } })];
    };
    const error = await registered(program).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.have.property(
      "message",
      'Node "red": `interfaces.eth0.peer.bridge` is in another namespace than its port; omit `interfaces.eth0.peer.namespace`, or name a bridge of that namespace',
    );
  });

  it("returns its name", async () => {
    let red: Node | undefined;
    await registered(() => {
      red = new Node("red");
      return [red];
    });
    if (!red) throw new Error("the program did not run");
    expect(await Promise.all([value(red.name), value(red.mark)])).to.deep.equal([
      "red",
      markFor("Node", "red"),
    ]);
  });
});
