import { expect } from "chai";
import { contentOf } from "../../../../cli/gc/content";
import { bridge } from "../../../../provider/kinds/bridge";
import { namespace } from "../../../../provider/kinds/namespace";
import { route } from "../../../../provider/kinds/route";
import { markFor } from "../../../support/args";
import { FakeHost } from "../../../support/fakeHost";

const links = (...names: string[]): string =>
  JSON.stringify(names.map((ifname, at) => ({ ifindex: at + 1, ifname, flags: [], mtu: 1500 })));

const found = { definition: namespace, state: { name: "red", mark: markFor("Namespace", "red") } };

const living = [
  { definition: route, state: { namespace: "red", destination: "10.0.0.0/8", table: "main" } },
  { definition: bridge, state: { namespace: "blue", name: "net" } },
];

describe("gc: content of an object", () => {
  it("is what would go with it and is not to", async () => {
    const host = new FakeHost({ "ip -n red": links("lo", "sit0", "eth0") });
    expect(await contentOf(host, found, living)).to.deep.equal([
      "link eth0 in red, which nobody manages",
      "Route red/10.0.0.0/8",
    ]);
  });

  it("is said once of what a living stack has there and is found", async () => {
    const mark = markFor("Bridge", "net");
    const named = JSON.stringify([{ ifindex: 2, ifname: "net", ifalias: mark, flags: [], mtu: 1500 }]);
    const net = { definition: bridge, state: { namespace: "red", name: "net", mark } };
    expect(await contentOf(new FakeHost({ "ip -n red": named }), found, [net])).to.deep.equal([
      'link net in red of Bridge "net" of the stack project/stack',
    ]);
  });

  it("is nothing where there is only what every namespace has", async () => {
    const host = new FakeHost({ "ip -n red": links("lo", "tunl0", "ip6tnl0") });
    expect(await contentOf(host, found, [])).to.deep.equal([]);
  });
});
