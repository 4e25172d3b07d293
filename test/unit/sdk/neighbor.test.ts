import { expect } from "chai";
import { Address, Bridge, Namespace, Neighbor, VethPair } from "../../../sdk";
import { owned, registered, standing } from "./registered";

const given = { address: "10.0.0.9", lladdr: "02:00:00:00:00:09" };

describe("sdk Neighbor", () => {
  it("passes every argument on", async () => {
    const all = {
      interface: "eth0",
      namespace: "elsewhere",
      address: "fd00::9",
      lladdr: given.lladdr,
      state: "noarp",
      router: true,
      proxy: false,
      adopt: true,
    } as const;
    const { resources } = await registered(() => [new Neighbor("it", all)]);
    expect(resources).to.deep.equal({ it: standing("Neighbor", all) });
  });

  it("takes its namespace from the link, is replaced with that, and is deleted with its namespace", async () => {
    const { resources } = await registered(() => {
      const red = new Namespace("red");
      const net = new Bridge("net", { name: "br0" });
      const cable = new VethPair("cable", { end: { namespace: red }, peer: { name: "far", bridge: net } });
      return [
        new Neighbor("on-end", { interface: cable.end, ...given }),
        new Neighbor("on-end-by-name", { interface: "cable", namespace: "red", ...given }),
        new Neighbor("on-bridge", { interface: net, ...given }),
        new Neighbor("elsewhere", { interface: "eth9", ...given }),
      ];
    });
    const inRed = owned("Neighbor", { interface: "cable", namespace: "red", ...given }, ["red", "cable"]);
    expect({ ...resources, red: 0, net: 0, cable: 0 }).to.deep.equal({
      ...{ red: 0, net: 0, cable: 0 },
      "on-end": inRed,
      "on-end-by-name": inRed,
      // The kernel deletes it with its link, but its record remains.
      "on-bridge": { ...owned("Neighbor", { interface: "br0", ...given }, ["net"]), deletedWith: "" },
      elsewhere: standing("Neighbor", { interface: "eth9", ...given }),
    });
  });

  it("comes after the addresses declared before it on its link, and is replaced with them", async () => {
    const { resources } = await registered(() => {
      const cable = new VethPair("cable", { peer: { name: "far" } });
      return [
        new Bridge("net"),
        new Address("elsewhere", { interface: "net", address: "10.1.0.1/24" }),
        new Address("before", { interface: "cable", address: "10.0.0.1/24" }),
        new Neighbor("it", { interface: cable.end, ...given }),
        new Address("after", { interface: cable.end, address: "10.2.0.1/24" }),
      ];
    });
    expect(resources["it"]).to.deep.equal({
      ...owned("Neighbor", { interface: "cable", ...given }, ["cable", "before"]),
      deletedWith: "",
    });
  });
});
