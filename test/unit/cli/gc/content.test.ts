import { expect } from "chai";
import { contentOf } from "../../../../cli/gc/content";
import { bridge } from "../../../../provider/resources/bridge";
import { route } from "../../../../provider/resources/route";
import { FakeHost } from "../../../support/fakeHost";

const links = (...names: string[]): string =>
  JSON.stringify(names.map((ifname, at) => ({ ifindex: at + 1, ifname, flags: [], mtu: 1500 })));

const living = [
  { definition: route, state: { namespace: "red", destination: "10.0.0.0/8", table: "main" } },
  { definition: bridge, state: { namespace: "blue", name: "net" } },
];

describe("gc: content of a namespace", () => {
  it("is what would go with it and is not to", async () => {
    const host = new FakeHost({ "ip -n red": links("lo", "sit0", "eth0") });
    expect(await contentOf(host, "red", living)).to.deep.equal(["link eth0", "Route red/10.0.0.0/8"]);
  });

  it("is nothing where there is only what every namespace has", async () => {
    const host = new FakeHost({ "ip -n red": links("lo", "tunl0", "ip6tnl0") });
    expect(await contentOf(host, "red", [])).to.deep.equal([]);
  });
});
