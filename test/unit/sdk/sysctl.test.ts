import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { Bridge, Namespace, Sysctl } from "../../../sdk";
import { owned, registered, standing, value } from "./registered";

const key = "net.ipv4.ip_forward";

describe("sdk Sysctl", () => {
  it("is the host's own by default", async () => {
    const { resources } = await registered(() => [new Sysctl("forwarding", { key, value: 1 })]);
    expect(resources).to.deep.equal({ forwarding: standing("Sysctl", { key, value: 1 }) });
  });

  it("is deleted with its namespace, given as resource or as its name", async () => {
    const { resources } = await registered(() => {
      const red = new Namespace("red");
      return [
        new Sysctl("by-resource", { key, value: true, namespace: red }),
        new Sysctl("by-name", { key, value: "1", namespace: "red" }),
        new Sysctl("elsewhere", { key, value: "1", namespace: "blue" }),
      ];
    });
    expect({ ...resources, red: 0 }).to.deep.equal({
      red: 0,
      "by-resource": owned("Sysctl", { key, value: true, namespace: "red" }, ["red"]),
      "by-name": owned("Sysctl", { key, value: "1", namespace: "red" }, ["red"]),
      elsewhere: standing("Sysctl", { key, value: "1", namespace: "blue" }),
    });
  });

  describe("is replaced with the link of its parameter", () => {
    const rows: readonly (readonly [key: string, inRed: boolean, owners: readonly string[]])[] = [
      ["net.ipv4.conf.br0.forwarding", false, ["net"]],
      ["net/ipv6/conf/br0/accept_ra", false, ["net"]],
      ["net.ipv4.neigh.br0.gc_stale_time", false, ["net"]],
      ["net.ipv4.conf.eth0/100.forwarding", true, ["red", "dotted"]],
      ["net.ipv4.conf.br0.forwarding", true, ["red"]],
      ["net.ipv4.conf.all.forwarding", false, []],
      ["net.ipv4.ip_forward", false, []],
      ["net.bridge.br0", false, []],
    ];
    for (const [key, inRed, owners] of rows) {
      it(`${key}${inRed ? " in a namespace" : ""}: ${owners.join(", ") || "none"}`, async () => {
        const { resources } = await registered(() => {
          const red = new Namespace("red");
          return [
            new Bridge("net", { name: "br0" }),
            new Bridge("dotted", { name: "eth0.100", namespace: red }),
            new Sysctl("it", { key, value: 1, ...(inRed && { namespace: red }) }),
          ];
        });
        const { deletedWith, replaceWith } = resources["it"] ?? {};
        expect({ deletedWith, replaceWith }).to.deep.equal({
          // The kernel deletes it with its link, but its record remains.
          deletedWith: inRed ? "red" : "",
          replaceWith: owners,
        });
      });
    }

    it("but not if its key is an output", async () => {
      const { resources } = await registered(() => [
        new Bridge("net", { name: "br0" }),
        new Sysctl("it", { key: pulumi.output("net.ipv4.conf.br0.forwarding"), value: 1 }),
      ]);
      expect(resources["it"]).to.deep.equal(
        standing("Sysctl", { key: "net.ipv4.conf.br0.forwarding", value: 1 }),
      );
    });
  });

  it("returns its value, and the former one", async () => {
    let forwarding: Sysctl | undefined;
    await registered(() => {
      forwarding = new Sysctl("forwarding", { key, value: "1" });
      return [forwarding];
    });
    if (!forwarding) throw new Error("the program did not run");
    expect(await Promise.all([value(forwarding.value), value(forwarding.former)])).to.deep.equal(["1", "0"]);
  });
});
