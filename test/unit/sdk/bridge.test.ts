import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { Bridge, Namespace } from "../../../sdk";
import { owned, registered, standing, value } from "./registered";

describe("sdk Bridge", () => {
  it("is by default named as its resource, in the host's own namespace", async () => {
    const { resources } = await registered(() => [new Bridge("v-net-0")]);
    expect(resources).to.deep.equal({ "v-net-0": standing("Bridge", { name: "v-net-0" }) });
  });

  it("passes every argument on", async () => {
    const all = {
      name: "br0",
      mac: "02:00:00:00:00:01",
      mtu: 1400,
      stp: true,
      forwardDelay: 4,
      ageingTime: 60,
      vlanFiltering: true,
      groupFwdMask: 8,
      up: false,
      adopt: true,
    };
    const { resources } = await registered(() => [new Bridge("net", { ...all, namespace: "elsewhere" })]);
    expect(resources).to.deep.equal({ net: standing("Bridge", { ...all, namespace: "elsewhere" }) });
  });

  it("is deleted with its namespace, given as resource, as its name, or as an output of it", async () => {
    const { resources } = await registered(() => {
      const red = new Namespace("red", { name: "the-red" });
      return [
        new Bridge("by-resource", { namespace: red }),
        new Bridge("by-name", { namespace: "the-red" }),
        new Bridge("by-output", { namespace: red.name }),
        new Bridge("by-other-name", { namespace: pulumi.output("the-red") }),
      ];
    });
    const inside = (name: string) => owned("Bridge", { name, namespace: "the-red" }, ["red"]);
    expect(resources["by-resource"]).to.deep.equal(inside("by-resource"));
    expect(resources["by-name"]).to.deep.equal(inside("by-name"));
    // An output has no value to look up yet, but its source is still a dependency.
    expect(resources["by-output"]).to.deep.equal({
      ...standing("Bridge", { name: "by-output", namespace: "the-red" }),
      dependsOn: ["red"],
    });
    expect(resources["by-other-name"]).to.deep.equal(
      standing("Bridge", { name: "by-other-name", namespace: "the-red" }),
    );
  });

  it("returns name, MAC address and index", async () => {
    let net: Bridge | undefined;
    await registered(() => {
      net = new Bridge("net", { mac: "02:00:00:00:00:01" });
      return [net];
    });
    if (!net) throw new Error("the program did not run");
    expect(await Promise.all([value(net.name), value(net.mac), value(net.ifindex)])).to.deep.equal([
      "net",
      "02:00:00:00:00:01",
      7,
    ]);
  });
});
