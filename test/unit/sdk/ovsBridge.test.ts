import { expect } from "chai";
import { Address, OvsBridge } from "../../../sdk";
import { registered, standing, value } from "./registered";

describe("sdk OvsBridge", () => {
  it("is by default named as its resource", async () => {
    const { resources } = await registered(() => [new OvsBridge("v-net-0")]);
    expect(resources).to.deep.equal({ "v-net-0": standing("OvsBridge", { name: "v-net-0" }) });
  });

  it("passes every argument on", async () => {
    const all = {
      ...{ name: "br0", datapathType: "netdev" as const, mac: "02:00:00:00:00:01", mtu: 1400 },
      ...{ failMode: "secure" as const, stp: false, rstp: true, up: false },
    };
    const { resources } = await registered(() => [new OvsBridge("net", all)]);
    expect(resources).to.deep.equal({ net: standing("OvsBridge", all) });
  });

  it("accepts addresses, as a resource and by its name", async () => {
    const { resources } = await registered(() => {
      const net = new OvsBridge("net", { name: "br0" });
      return [
        net,
        new Address("by-resource", { interface: net, address: "10.0.0.1/24" }),
        new Address("by-name", { interface: "br0", address: "10.0.0.2/24" }),
      ];
    });
    // They are deleted on their own.
    const on = (address: string) => ({
      ...standing("Address", { interface: "br0", address }),
      ...{ replaceWith: ["net"], dependsOn: ["net"] },
    });
    expect(resources["by-resource"]).to.deep.equal(on("10.0.0.1/24"));
    expect(resources["by-name"]).to.deep.equal(on("10.0.0.2/24"));
  });

  it("returns name and MAC address", async () => {
    let net: OvsBridge | undefined;
    await registered(() => {
      net = new OvsBridge("net", { mac: "02:00:00:00:00:01" });
      return [net];
    });
    if (!net) throw new Error("the program did not run");
    expect(await Promise.all([value(net.name), value(net.mac)])).to.deep.equal(["net", "02:00:00:00:00:01"]);
  });
});
