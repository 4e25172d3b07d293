import { expect } from "chai";
import { Bridge, Namespace, OvsBridge, OvsPort, VethPair } from "../../../sdk";
import { owned, registered, standing } from "./registered";

describe("sdk OvsPort", () => {
  const cable = () => new VethPair("cable", { end: { name: "a", namespace: "red" }, peer: { name: "b" } });

  it("is deleted with its bridge, and replaced with its link", async () => {
    const { resources } = await registered(() => {
      const net = new OvsBridge("net");
      const { peer } = cable();
      return [
        net,
        new OvsPort("by-resource", { bridge: net, interface: peer, tag: 10 }),
        new OvsPort("by-name", { bridge: "net", interface: "b", trunks: [10, 20], vlanMode: "trunk" }),
      ];
    });
    const port = (more: object) => ({
      ...owned("OvsPort", { bridge: "net", interface: "b", ...more }, ["net"]),
      ...{ replaceWith: ["net", "cable"], dependsOn: ["cable", "net"] },
    });
    expect(resources["by-resource"]).to.deep.equal(port({ tag: 10 }));
    expect(resources["by-name"]).to.deep.equal(port({ trunks: [10, 20], vlanMode: "trunk" }));
  });

  it("accepts names of things that the program does not create", async () => {
    const { resources } = await registered(() => [
      new OvsPort("port", { bridge: "br-int", interface: "eth1" }),
    ]);
    expect(resources).to.deep.equal({
      port: standing("OvsPort", { bridge: "br-int", interface: "eth1" }),
    });
  });

  const refusals: readonly (readonly [string, () => unknown, string])[] = [
    [
      "a link in a namespace, where no port of Open vSwitch can be",
      () => new OvsPort("port", { bridge: "br0", interface: cable().end }),
      'OvsPort "port": `interface` is in another namespace, but Open vSwitch takes links of the host\'s own; name the other end of the cable',
    ],
    [
      "a port of a Linux bridge",
      () => {
        new Bridge("br0");
        return new OvsPort("port", { bridge: "br0", interface: "eth1" });
      },
      'OvsPort "port": `bridge` must be a bridge of Open vSwitch; to attach a cable to a Linux bridge, set `bridge` of its end',
    ],
    [
      "an end of a cable with a bridge of Open vSwitch",
      () => {
        new OvsBridge("br0");
        return new VethPair("cable", { end: { name: "a" }, peer: { name: "b", bridge: "br0" } });
      },
      'VethPair "cable": `peer.bridge` must be a Linux bridge; to attach this link to a bridge of Open vSwitch, omit `bridge` and create an OvsPort',
    ],
  ];
  for (const [what, declare, message] of refusals) {
    it(`refuses ${what}`, async () => {
      let error: unknown;
      await registered(() => {
        try {
          declare();
        } catch (caught) {
          error = caught;
        }
        return [new Namespace("red")];
      });
      expect(String(error)).to.include(message);
    });
  }
});
