import { expect } from "chai";
import fc from "fast-check";
import type { Composite } from "../../../provider/composites/composite";
import { node } from "../../../provider/composites/node";
import { topology } from "../../../provider/composites/topology";
import type { Args } from "../../../provider/engine/definition";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { onKernel, typed, WatchedHost } from "../../support/kernel";
import { LivingComposite } from "../../support/livingComposite";

/** Edits lead to the same result as a fresh `up`, in the order that the kernel has of it. */

const composite: Composite = node;

const nodeWith = (name: string, addresses: readonly unknown[], rest: Args = {}): Args => ({
  name,
  interfaces: { eth0: { addresses, peer: { name: `${name}-x` } } },
  ...rest,
});

const create = (args: Args) => LivingComposite.create(composite, args, localHost, String(args["name"]));

/** The addresses in the kernel's order, and which of them are secondary. */
async function shown(namespace: string): Promise<string[]> {
  const text = await typed("-o addr show dev eth0", namespace);
  return text
    .split("\n")
    .filter((line) => line !== "" && !/inet6 fe80/.test(line))
    .map((line) =>
      line.replace(/^.*?inet6? (.*?)( brd \S+)? scope (\S+)(.*)$/, "$1 $3$4").replace(/eth0.*/, ""),
    );
}

const ADDRESSES = [
  ...[
    "10.0.0.1/24",
    "10.0.0.2/24",
    "10.0.0.3/24",
    "10.0.1.1/24",
    "10.0.1.2/24",
    "10.0.2.1/25",
    "10.0.0.4/16",
  ],
  { address: "10.0.3.1/24", scope: "link" },
  { address: "10.0.4.1/32", peer: "10.0.5.1/24" },
  ...["fd00::1/64", "fd00::2/64", "fd00::3/64", "fd01::1/64"],
];

const list = fc.shuffledSubarray(ADDRESSES, { maxLength: 8 });

describe("lists in the kernel's order", function () {
  this.timeout(120_000);
  onKernel();

  it("equal those of a fresh node, after an edit and after changes by hand", async () => {
    await fc.assert(
      fc.asyncProperty(list, list, fc.array(fc.nat(7), { maxLength: 3 }), async (first, then, byHand) => {
        const living = await create(nodeWith("it-edited", first));
        const fresh = await create(nodeWith("it-fresh", then));
        try {
          const wanted = await shown("it-fresh");
          await living.become(nodeWith("it-edited", then));
          expect(await shown("it-edited")).to.deep.equal(wanted);
          expect(await living.refresh()).to.deep.equal([]);
          for (const at of byHand) await moveByHand(then[at]);
          await living.refresh();
          await living.become(nodeWith("it-edited", then));
          expect(await shown("it-edited")).to.deep.equal(wanted);
          expect(await living.refresh()).to.deep.equal([]);
        } finally {
          await living.remove();
          await fresh.remove();
        }
      }),
      { numRuns: Number(process.env["LIST_RUNS"] ?? 25) },
    );
  });
});

const FAR = ["10.6.0.1/24", "10.6.0.2/24", "fd06::1/64", "fd06::2/64"];
const [SECOND_FIRST, REPLACED] = [
  ["10.6.0.2/24", "10.6.0.1/24", "fd06::2/64", "fd06::1/64"],
  ["10.6.0.3/24", "10.6.0.2/24", "fd06::1/64", "fd06::2/64"],
];

describe("lists of a Topology", () => {
  onKernel();

  /** A bridge, a far end and a loopback with the same addresses, and routes by and from them. */
  const lab = (list: readonly string[], gateway = "10.6.0.9"): Args => ({
    bridges: { "it-br": { addresses: list } },
    nodes: {
      "it-n": {
        interfaces: {
          lo: {
            addresses: list.map((text) =>
              text.replace("6", "7").replace(/\/.*/, text.includes(":") ? "/128" : "/32"),
            ),
          },
          eth0: { peer: { namespace: "it-m", name: "far0", addresses: list } },
        },
      },
      "it-m": {
        routes: [
          { destination: "10.8.0.0/16", via: gateway, source: "10.6.0.2" },
          { destination: "default", via: gateway },
          { destination: "::/0", via: "fd06::9" },
        ],
      },
    },
  });
  const places = [
    ["it-br", undefined],
    ["far0", "it-m"],
    ["lo", "it-n"],
  ] as const;
  const seen = async () => ({
    orders: await Promise.all(
      places.map(async ([link, place]) => orderIn(await typed(`-o addr show dev ${link}`, place))),
    ),
    routes: [await typed("-4 route show", "it-m"), await typed("-6 route show proto 110", "it-m")],
  });
  const build = (args: Args) => LivingComposite.create(topology as Composite, args);

  for (const [title, list] of [
    ["whose order changes", SECOND_FIRST],
    ["whose first address is replaced", REPLACED],
  ] as const) {
    it(`${title} equal those of a fresh one, including routes`, async () => {
      const fresh = await build(lab(list));
      const wanted = await seen();
      await fresh.remove();
      const living = await build(lab(FAR));
      await living.become(lab(list));
      expect(await seen()).to.deep.equal(wanted);
      expect(await living.refresh()).to.deep.equal([]);
      await living.remove();
    });
  }

  it("keep the network of an address connected while others move", async () => {
    const near = (addresses: readonly string[]) => nodeWith("it-gap", addresses);
    const living = await create(near(["10.6.0.1/24", "10.6.0.2/24"]));
    const host = new WatchedHost();
    await living.become(near(["10.6.0.3/24", "10.6.0.2/24"]), host);
    expect(host.changes.filter((text) => text.includes(" address "))).to.deep.equal([
      "ip -n it-gap address del 10.6.0.1/24 dev eth0",
      "ip -n it-gap address add 10.6.0.3/24 dev eth0 scope global",
      "ip -n it-gap address del 10.6.0.2/24 dev eth0",
      "ip -n it-gap address add 10.6.0.2/24 dev eth0 scope global",
    ]);
    await living.remove();
  });

  it("put existing objects in their place, as after a crash", async () => {
    const first = await create(nodeWith("it-crash", ["10.6.0.2/24", "fd06::2/64"]));
    const both = nodeWith("it-crash", ["10.6.0.1/24", "10.6.0.2/24", "fd06::1/64", "fd06::2/64"]);
    const second = await create(both);
    expect(orderIn(await typed("-o addr show dev eth0", "it-crash"))).to.deep.equal([
      ...["10.6.0.1/24", "10.6.0.2/24", "fd06::2/64", "fd06::1/64"],
    ]);
    expect(await second.refresh()).to.deep.equal([]);
    await first.remove();
  });
});

describe("routes of a Node that need each other", () => {
  onKernel();

  const hoster = (routes: readonly Args[]): Args => ({
    ...{ name: "it-vps", routes },
    interfaces: {
      eth0: { addresses: ["203.0.113.77/32", "2001:db8::77/128"], peer: { name: "it-vps0" } },
      eth1: { peer: { name: "it-vps1" } },
    },
  });
  const by = (link: string) => [
    { destination: "0.0.0.0/0", via: "203.0.113.1" },
    { destination: "::/0", via: "2001:db8:1::1" },
    { destination: "10.9.0.0/16", nexthops: [{ via: "203.0.113.1" }, { via: "203.0.113.2" }] },
    { destination: "203.0.113.0/30", interface: link },
    { destination: "2001:db8:1::/64", interface: link },
  ];
  const routes = async () => [
    await typed("-4 route show", "it-vps"),
    await typed("-6 route show proto 110", "it-vps"),
  ];

  it("are created at the first attempt in any order, moved with those below them, and removed", async () => {
    const listed = by("eth1");
    const fresh = await create(hoster([...listed].reverse()));
    const wanted = await routes();
    await fresh.remove();

    const living = await create(hoster(by("eth0")));
    expect((await routes()).join("\n")).to.include("default via 203.0.113.1 dev eth0");
    // The kernel looks up the link of a gateway only when the route is created.
    await living.become(hoster(listed));
    expect(await routes()).to.deep.equal(wanted);
    expect(await living.refresh()).to.deep.equal([]);
    await living.become(hoster([]));
    expect((await routes()).join("\n")).to.not.include("proto 110");
    await living.remove();
  });

  it("move to another route as soon as that leads there", async () => {
    const far = { destination: "203.0.113.0/24", interface: "eth1" };
    const near = { destination: "203.0.113.1/32", interface: "eth0" };
    const over = { destination: "default", via: "203.0.113.1" };
    const living = await create(hoster([over, far]));
    expect((await routes()).join("\n")).to.include("default via 203.0.113.1 dev eth1");
    await living.become(hoster([over, far, near]));
    expect((await routes()).join("\n")).to.include("default via 203.0.113.1 dev eth0");
    await living.become(hoster([over, far]));
    expect((await routes()).join("\n")).to.include("default via 203.0.113.1 dev eth1");
    expect(await living.refresh()).to.deep.equal([]);
    await living.remove();
  });
});

/** The addresses in the kernel's order, without those that it adds. */
const orderIn = (text: string): string[] =>
  [...text.matchAll(/inet6? (\S+)/g)]
    .map(([, address]) => String(address))
    .filter((one) => !/^(fe80|127\.|::1)/.test(one));

/** Deletes the address and adds it again, which puts it behind its equals. */
async function moveByHand(given: (typeof ADDRESSES)[number] | undefined): Promise<void> {
  if (given === undefined) return;
  const { address, peer, scope } =
    typeof given === "string"
      ? { address: given, peer: undefined, scope: "global" }
      : { scope: "global", peer: undefined, ...given };
  const words = `${peer ? address.replace(/\/.*/, "") : address}${peer ? ` peer ${peer}` : ""} dev eth0`;
  await typed("link set dev lo up", "it-edited");
  await localHost.run({
    tool: "sysctl",
    namespace: "it-edited",
    args: ["-q", "-w", "net.ipv4.conf.eth0.promote_secondaries=1"],
  });
  await typed(`addr del ${words}`, "it-edited");
  await typed(`addr add ${words} scope ${scope}${address.includes(":") ? " nodad" : ""}`, "it-edited");
  await localHost.run({
    tool: "sysctl",
    namespace: "it-edited",
    args: ["-q", "-w", "net.ipv4.conf.eth0.promote_secondaries=0"],
  });
}
