import { expect } from "chai";
import { garbageIn } from "../../../../cli/gc/garbage";
import type { Found } from "../../../../provider/engine/discover";
import { bridge } from "../../../../provider/kinds/bridge";
import { namespace } from "../../../../provider/kinds/namespace";
import { sysctl } from "../../../../provider/kinds/sysctl";
import { markOf } from "../../../../provider/linux/marks/mark";

const mark = (kind: string, name: string, stack = "dev"): string =>
  markOf(kind, `urn:pulumi:${stack}::lab::pulumi-nodejs:dynamic/netns:${kind}::${name}`);

const red: Found = { definition: namespace, state: { name: "red", mark: mark("Namespace", "room") } };
const net: Found = { definition: bridge, state: { name: "net", mark: mark("Bridge", "net") } };
const ttl: Found = {
  definition: sysctl,
  state: { key: "net.ipv4.ip_default_ttl", mark: mark("Sysctl", "ttl"), former: { args: { value: "64" } } },
};
const guest: Found = {
  definition: bridge,
  state: { name: "br0", mark: mark("Bridge", "guest", "prod"), former: { args: {} } },
};

const listed = (found: readonly Found[], marks: readonly unknown[], stacks: readonly string[]) =>
  garbageIn(found, { marks: new Set(marks.map(String)), stacks: new Set(stacks) }).map(
    ({ found: _, ...shown }) => shown,
  );

describe("gc: garbage", () => {
  it("is what no state knows, contents before what holds them", () => {
    expect(listed([red, net, ttl, guest], [net.state["mark"]], ["lab/dev"])).to.deep.equal([
      {
        kind: "Sysctl",
        object: "net.ipv4.ip_default_ttl",
        stack: "lab/dev",
        resource: "ttl",
        isAdopted: false,
        isGiven: true,
      },
      {
        kind: "Bridge",
        object: "br0",
        stack: "lab/prod",
        resource: "guest",
        isAdopted: true,
        isGiven: false,
      },
      {
        kind: "Namespace",
        object: "red",
        stack: "lab/dev",
        resource: "room",
        isAdopted: false,
        isGiven: true,
      },
    ]);
  });

  it("is nothing where all is known", () => {
    expect(listed([red, net], [red.state["mark"], net.state["mark"]], [])).to.deep.equal([]);
  });
});
