import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

/** Tests the program itself: what it asks for, not what the kernel makes of it. No root, no network, no engine. */
describe("the gateway program", () => {
  const asked = new Map<string, { type: string; inputs: Record<string, unknown> }>();

  before(async () => {
    await pulumi.runtime.setMocks({
      newResource({ name, type, inputs }) {
        asked.set(name, { type, inputs });
        // What the kernel would tell: the address without its prefix length.
        const ip = String(inputs["address"]).split("/")[0];
        return { id: `${name}-id`, state: { ...inputs, ip } };
      },
      call: () => ({}),
    });
    const { outside } = require("./index") as typeof import("./index");
    expect(outside).to.equal("192.168.1.3");
    await pulumi.runtime.disconnect();
  });

  it("gives every address a prefix length", () => {
    const addresses = [...asked.values()].filter(({ type }) => type.endsWith(":Address"));
    expect(addresses).to.have.length(4);
    for (const { inputs } of addresses) expect(inputs["address"]).to.match(/\/\d+$/);
  });

  it("sends blue's packets for the LAN through the host", () => {
    expect(asked.get("blue-to-lan")?.inputs).to.include({
      namespace: "blue",
      destination: "192.168.1.0/24",
      via: "192.168.15.5",
    });
  });

  it("proves that blue gets out, and nobody in", () => {
    expect(asked.get("blue-reaches-lan")?.inputs).to.include({ namespace: "blue", target: "192.168.1.3" });
    expect(asked.get("lan-stays-out")?.inputs).to.include({ namespace: "lan", expect: "blocked" });
  });

  it("lets the kernel forward, and hides the rooms behind the host", () => {
    expect(asked.get("forwarding")?.inputs).to.include({ key: "net.ipv4.ip_forward", value: 1 });
    expect(asked.get("out")?.inputs).to.include({ kind: "masquerade", source: "192.168.15.0/24" });
  });
});
