import { expect } from "chai";
import { FilterRule, Namespace } from "../../../sdk";
import { owned, registered, standing } from "./registered";

const given = { chain: "forward", verdict: "accept" } as const;

describe("sdk FilterRule", () => {
  it("passes every argument on", async () => {
    const all = {
      chain: "forward",
      namespace: "elsewhere",
      backend: "iptables",
      family: "ipv4",
      priority: 5,
      inInterface: "eth0",
      outInterface: "!eth1",
      source: ["10.0.0.0/8", "192.168.0.0/16"],
      destination: "!10.9.0.1",
      protocol: "tcp",
      port: [80, 443],
      sourcePort: "1024-65535",
      icmpType: "echo-request",
      state: ["new", "established"],
      verdict: "reject",
      rejectWith: "tcp-reset",
      logPrefix: "x: ",
      logLevel: "info",
      dockerUser: true,
    } as const;
    const { resources } = await registered(() => [
      new FilterRule("it", { ...all, source: [...all.source], port: [...all.port], state: [...all.state] }),
    ]);
    expect(resources).to.deep.equal({ it: standing("FilterRule", all) });
  });

  it("is deleted with its namespace", async () => {
    const { resources } = await registered(() => {
      const red = new Namespace("red");
      return [
        new FilterRule("by-resource", { ...given, namespace: red }),
        new FilterRule("by-name", { ...given, namespace: "red" }),
        new FilterRule("on-host", given),
      ];
    });
    const inRed = owned("FilterRule", { ...given, namespace: "red" }, ["red"]);
    expect({ ...resources, red: 0 }).to.deep.equal({
      red: 0,
      "by-resource": inRed,
      "by-name": inRed,
      "on-host": standing("FilterRule", given),
    });
  });
});
