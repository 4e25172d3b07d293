import { expect } from "chai";
import { Namespace, NatRule } from "../../../sdk";
import { owned, registered, standing } from "./registered";

describe("sdk NatRule", () => {
  it("passes every argument on", async () => {
    const all = {
      kind: "dnat",
      namespace: "elsewhere",
      backend: "iptables",
      family: "ipv4",
      source: "10.0.0.0/8",
      destination: "192.0.2.1",
      inInterface: "eth0",
      protocol: "tcp",
      sourcePort: "1024-65535",
      to: "192.168.15.2:80",
    } as const;
    const { resources } = await registered(() => [new NatRule("web", { ...all, port: [80, 443] })]);
    expect(resources).to.deep.equal({ web: standing("NatRule", { ...all, port: [80, 443] }) });
  });

  it("goes with its namespace, given as resource or by name", async () => {
    const kind = "masquerade";
    const { resources } = await registered(() => {
      const red = new Namespace("red");
      return [
        new NatRule("by-resource", { kind, namespace: red }),
        new NatRule("by-name", { kind, namespace: "red" }),
        new NatRule("host", { kind }),
      ];
    });
    expect({ ...resources, red: 0 }).to.deep.equal({
      red: 0,
      "by-resource": owned("NatRule", { kind, namespace: "red" }, ["red"]),
      "by-name": owned("NatRule", { kind, namespace: "red" }, ["red"]),
      host: standing("NatRule", { kind }),
    });
  });
});
