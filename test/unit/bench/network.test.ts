import { expect } from "chai";
import { load } from "./load";

describe("bench: the networks", () => {
  it("are a star around a bridge", async () => {
    const { network, resourceCount } = await load("network");
    const star = network("star", 2);
    const node = (i: number, address: string) => ({
      interfaces: { eth0: { address, port: `p${i}`, bridge: "hub0", mtu: 1500 } },
      routes: [{ destination: "default", via: "10.77.0.1" }],
      sysctls: {},
    });
    expect(star.nodes).to.deep.equal({ n0: node(0, "10.77.1.1/16"), n1: node(1, "10.77.1.2/16") });
    expect(resourceCount(star)).to.equal(12);
  });

  it("are a chain whose ends reach each other", async () => {
    const { network, destination } = await load("network");
    const { nodes } = network("chain", 4);
    const all: Node[] = Object.values(nodes);
    expect(all.map(routesOf)).to.deep.equal([
      ["default via 10.78.0.2"],
      ["default via 10.78.0.6"],
      ["default via 10.78.0.10", "10.78.0.0/30 via 10.78.0.5"],
      ["default via 10.78.0.9"],
    ]);
    expect(destination({ nodes })).to.equal("10.78.0.10");
  });

  for (const shape of ["star", "chain"]) {
    it(`have each address of a ${shape} once`, async () => {
      const { network } = await load("network");
      const nodes: Node[] = Object.values(network(shape, 1000).nodes);
      const addresses = nodes.flatMap(({ interfaces }) =>
        Object.values(interfaces).map(({ address }) => address),
      );
      expect(new Set(addresses).size).to.equal(addresses.length);
    });
  }
});

interface Node {
  readonly interfaces: Readonly<Record<string, { readonly address: string }>>;
  readonly routes: readonly { readonly destination: string; readonly via: string }[];
}

const routesOf = ({ routes }: Node) => routes.map(({ destination, via }) => `${destination} via ${via}`);
