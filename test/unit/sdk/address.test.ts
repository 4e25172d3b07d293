import { expect } from "chai";
import { Address, Bridge, Namespace, VethPair } from "../../../sdk";
import { owned, registered, standing, value } from "./registered";

const address = "192.168.15.1/24";

describe("sdk Address", () => {
  it("is by default on a link by its name, in the host's own namespace", async () => {
    const { resources } = await registered(() => [new Address("ip", { interface: "eth0", address })]);
    expect(resources).to.deep.equal({ ip: standing("Address", { interface: "eth0", address }) });
  });

  it("passes every argument on", async () => {
    const all = { address: "fd00::1/128", peer: "fd00::2", scope: "global", nodad: false } as const;
    const { resources } = await registered(() => [
      new Address("ip", { ...all, interface: "eth0", namespace: "elsewhere" }),
    ]);
    expect(resources).to.deep.equal({
      ip: standing("Address", { ...all, interface: "eth0", namespace: "elsewhere" }),
    });
  });

  it("is deleted with its link, in any place", async () => {
    const { resources } = await registered(() => {
      const red = new Namespace("red");
      const net = new Bridge("net", { name: "br0" });
      const cable = new VethPair("veth-red", { end: { namespace: red }, peer: { name: "far", bridge: net } });
      return [
        new Address("on-bridge", { interface: net, address }),
        new Address("on-bridge-by-name", { interface: "br0", address }),
        new Address("on-end", { interface: cable.end, address }),
        new Address("on-peer", { interface: cable.peer, address }),
        new Address("on-end-by-name", { interface: "veth-red", namespace: "red", address }),
        new Address("on-end-in-resource", { interface: "veth-red", namespace: red, address }),
        new Address("on-loopback", { interface: "lo", namespace: red, address }),
        new Address("on-none", { interface: "veth-red", address }),
      ];
    });
    const here = (name: string) => ({ interface: name, address });
    const inRed = (name: string) => ({ interface: name, namespace: "red", address });
    expect({ ...resources, red: 0, net: 0, "veth-red": 0 }).to.deep.equal({
      ...{ red: 0, net: 0, "veth-red": 0 },
      "on-bridge": owned("Address", here("br0"), ["net"]),
      "on-bridge-by-name": owned("Address", here("br0"), ["net"]),
      "on-end": owned("Address", inRed("veth-red"), ["veth-red", "red"]),
      "on-peer": owned("Address", here("far"), ["veth-red"]),
      "on-end-by-name": owned("Address", inRed("veth-red"), ["veth-red", "red"]),
      "on-end-in-resource": owned("Address", inRed("veth-red"), ["veth-red", "red"]),
      "on-loopback": owned("Address", inRed("lo"), ["red"]),
      // No link of that name is declared in the host's own namespace.
      "on-none": standing("Address", here("veth-red")),
    });
  });

  it("returns the address with and without its prefix length", async () => {
    let ip: Address | undefined;
    await registered(() => {
      ip = new Address("ip", { interface: "eth0", address });
      return [ip];
    });
    if (!ip) throw new Error("the program did not run");
    expect(await Promise.all([value(ip.address), value(ip.ip)])).to.deep.equal([address, "192.168.15.1"]);
  });
});
