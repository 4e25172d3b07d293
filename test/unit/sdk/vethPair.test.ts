import { expect } from "chai";
import { Bridge, Namespace, type VethEndArgs, VethPair } from "../../../sdk";
import { owned, registered, standing, value } from "./registered";

describe("sdk VethPair", () => {
  it("has by default its first end named as its resource, in the host's own namespace", async () => {
    const { resources } = await registered(() => [
      new VethPair("veth-red", { peer: { name: "veth-blue" } }),
      new VethPair("cable", { end: { name: "left" }, peer: { name: "right" } }),
    ]);
    expect(resources).to.deep.equal({
      "veth-red": standing("VethPair", { end: { name: "veth-red" }, peer: { name: "veth-blue" } }),
      cable: standing("VethPair", { end: { name: "left" }, peer: { name: "right" } }),
    });
  });

  it("passes every argument on", async () => {
    const end = { name: "left", mac: "02:00:00:00:00:01", mtu: 1400, up: false };
    const peer = { name: "right", mac: "02:00:00:00:00:02", mtu: 1300, up: true };
    const { resources } = await registered(() => [
      new VethPair("cable", {
        end: { ...end, namespace: "elsewhere", bridge: "br-elsewhere" },
        peer: { ...peer, bridge: "br0" },
        adopt: true,
      }),
    ]);
    expect(resources).to.deep.equal({
      cable: standing("VethPair", {
        end: { ...end, namespace: "elsewhere", bridge: "br-elsewhere" },
        peer: { ...peer, bridge: "br0" },
        adopt: true,
      }),
    });
  });

  it("is deleted with the namespaces of both ends, and is replaced with its bridges", async () => {
    const { resources } = await registered(() => {
      const red = new Namespace("red");
      const blue = new Namespace("blue");
      const net = new Bridge("net", { namespace: blue });
      return [
        new VethPair("veth-red", { end: { namespace: red }, peer: { name: "veth-red-br", bridge: net } }),
        new VethPair("by-name", {
          end: { namespace: "red" },
          peer: { name: "by-name-br", namespace: "blue", bridge: "net" },
        }),
      ];
    });
    expect(resources["veth-red"]).to.deep.equal(
      owned(
        "VethPair",
        {
          end: { name: "veth-red", namespace: "red" },
          peer: { name: "veth-red-br", namespace: "blue", bridge: "net" },
        },
        ["red", "blue", "net"],
      ),
    );
    expect(resources["by-name"]).to.deep.equal(
      owned(
        "VethPair",
        {
          end: { name: "by-name", namespace: "red" },
          peer: { name: "by-name-br", namespace: "blue", bridge: "net" },
        },
        ["red", "blue", "net"],
      ),
    );
  });

  it("is deleted with the namespace of its peer if the first end has none", async () => {
    const { resources } = await registered(() => {
      const red = new Namespace("red");
      const net = new Bridge("net");
      return [new VethPair("up", { end: { bridge: net }, peer: { name: "eth0", namespace: red } })];
    });
    expect(resources["up"]).to.deep.equal(
      owned("VethPair", { end: { name: "up", bridge: "net" }, peer: { name: "eth0", namespace: "red" } }, [
        "red",
        "net",
      ]),
    );
  });

  describe("refuses a port of a bridge in another namespace", () => {
    const message = (side: string) =>
      `VethPair "cable": \`${side}.bridge\` is in another namespace than its port; omit \`${side}.namespace\`, or name a bridge of that namespace`;
    const programs: readonly (readonly [title: string, end: () => VethEndArgs])[] = [
      ["of the host", () => ({ namespace: new Namespace("red"), bridge: new Bridge("net") })],
      [
        "another resource",
        () => ({
          namespace: new Namespace("red"),
          bridge: new Bridge("net", { namespace: new Namespace("blue") }),
        }),
      ],
      ["another name", () => ({ namespace: "red", bridge: new Bridge("net", { namespace: "blue" }) })],
    ];
    for (const [title, end] of programs) {
      it(title, async () => {
        await registered(() => {
          const args = end();
          expect(() => new VethPair("cable", { end: args, peer: { name: "far" } })).to.throw(message("end"));
          expect(() => new VethPair("cable", { peer: { name: "far", ...args } })).to.throw(message("peer"));
          return [];
        });
      });
    }
  });

  describe("accepts a port of a bridge whose namespace it cannot distinguish from its own", () => {
    const programs: readonly (readonly [title: string, end: () => VethEndArgs])[] = [
      [
        "an output of it",
        () => {
          const red = new Namespace("red");
          return { namespace: red, bridge: new Bridge("net", { namespace: red.name }) };
        },
      ],
      [
        "named before it was declared",
        () => {
          const bridge = new Bridge("net", { namespace: "red" });
          return { namespace: new Namespace("red"), bridge };
        },
      ],
      [
        "a promise of it",
        () => ({ namespace: Promise.resolve("red"), bridge: new Bridge("net", { namespace: "red" }) }),
      ],
    ];
    for (const [title, end] of programs) {
      it(title, async () => {
        const { resources } = await registered(() => [
          new VethPair("cable", { end: end(), peer: { name: "far" } }),
        ]);
        expect(resources["cable"]?.inputs["end"]).to.deep.equal({
          name: "cable",
          namespace: "red",
          bridge: "net",
        });
      });
    }
  });

  it("returns name, MAC address and index of both ends", async () => {
    let cable: VethPair | undefined;
    await registered(() => {
      cable = new VethPair("left", {
        end: { mac: "02:00:00:00:00:01" },
        peer: { name: "right", mac: "02:00:00:00:00:02" },
      });
      return [cable];
    });
    if (!cable) throw new Error("the program did not run");
    const facts = [cable.end, cable.peer].flatMap(({ name, mac, ifindex }) => [
      value<unknown>(name),
      value<unknown>(mac),
      value<unknown>(ifindex),
    ]);
    expect(await Promise.all(facts)).to.deep.equal([
      ...["left", "02:00:00:00:00:01", 8],
      ...["right", "02:00:00:00:00:02", 9],
    ]);
  });
});
