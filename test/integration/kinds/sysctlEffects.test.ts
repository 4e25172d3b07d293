import { expect } from "chai";
import { node } from "../../../provider/composites/node";
import { topology } from "../../../provider/composites/topology";
import { claim, forgetClaims } from "../../../provider/engine/claims";
import type { Args, Definition } from "../../../provider/engine/definition";
import * as engine from "../../../provider/engine/lifecycle";
import { namespace } from "../../../provider/kinds/namespace";
import { sysctl } from "../../../provider/kinds/sysctl";
import { command } from "../../../provider/linux/command";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { markOf } from "../../../provider/linux/marks/mark";
import { parseSysctls } from "../../../provider/linux/read/sysctl";
import { checked, urnOf } from "../../support/args";
import { crashing, failure, Living, onKernel, recorded, typed, WatchedHost } from "../../support/kernel";
import { LivingComposite } from "../../support/livingComposite";

const room = "it-effects";
const definition: Definition = sysctl;

/** Every parameter of the namespace that changes with another one. */
async function everything(): Promise<Record<string, string>> {
  const folders = ["net/ipv4/conf", "net/ipv6/conf", "net/ipv4/neigh", "net/ipv6/neigh"];
  const text = await localHost.run(
    command("sysctl", room, [
      "--ignore",
      "--pattern",
      "^net[./]ipv[46][./](ip_forward|conf|neigh)",
      ...folders,
      "net/ipv4/ip_forward",
    ]),
  );
  return Object.fromEntries(parseSysctls(text));
}

const set = (...words: readonly string[]) =>
  words.length === 0 ? Promise.resolve("") : localHost.run(command("sysctl", room, ["-q", "-w", ...words]));

const now = async (key: string) => (await localHost.run(command("sysctl", room, ["-n", key]))).trim();

const markFor = (stack: string, name: string) =>
  markOf("Sysctl", urnOf("Sysctl", name).replace("urn:pulumi:stack", `urn:pulumi:${stack}`));

/** A Sysctl of a stack. */
async function make(stack: string, key: string, value: string, host = localHost, name = "it") {
  const argsOf = (text: string): Args => ({
    ...checked(definition, { namespace: room, key, value: text }, stack),
    mark: markFor(stack, name),
  });
  let { state } = await engine.create(definition, host, argsOf(value));
  return {
    become: async (text: string) => {
      ({ state } = await engine.update(definition, localHost, state, argsOf(text)));
    },
    refresh: async () => (await engine.read(definition, localHost, state))?.inputs["value"],
    remove: (on = localHost) => engine.remove(definition, on, state),
  };
}

describe("effects of parameters on each other, with the kernel", () => {
  onKernel({ namespaces: [room] });

  beforeEach(async () => {
    await typed("link add name va0 type veth peer name vb0", room);
    await typed("link add name it.0.1 type bridge", room);
    for (const link of ["va0", "vb0", "it.0.1"]) await typed(`link set dev ${link} up`, room);
    // From its first address on, a link no longer follows `default`.
    await typed("address add 10.1.0.1/24 dev va0", room);
  });
  afterEach(async () => {
    await typed("link del dev va0", room);
    await typed("link del dev it.0.1", room);
  });

  /** Key, value, and the condition before it. */
  const rows: readonly (readonly [key: string, value: string, ...before: string[]])[] = [
    ["net.ipv4.ip_forward", "1"],
    ["net.ipv4.ip_forward", "1", "net.ipv4.conf.va0.forwarding=1", "net.ipv4.conf.all.accept_redirects=0"],
    ["net.ipv4.conf.all.forwarding", "1", "net/ipv4/conf/it.0.1/forwarding=1"],
    ["net.ipv4.ip_forward", "0", "net.ipv4.ip_forward=1", "net.ipv4.conf.va0.forwarding=0"],
    ["net.ipv4.ip_forward", "1", "net.ipv4.ip_forward=1", "net.ipv4.conf.va0.forwarding=0"],
    ["net.ipv4.conf.default.forwarding", "1"],
    ["net.ipv4.conf.default.rp_filter", "1", "net.ipv4.conf.va0.rp_filter=2"],
    ["net.ipv4.conf.default.rp_filter", "1", "net.ipv4.conf.va0.rp_filter=1"],
    ["net.ipv6.conf.all.forwarding", "1", "net.ipv6.conf.vb0.forwarding=1"],
    ["net.ipv6.conf.all.disable_ipv6", "1", "net.ipv6.conf.vb0.disable_ipv6=1"],
    ["net.ipv6.conf.all.addr_gen_mode", "1", "net/ipv6/conf/it.0.1/addr_gen_mode=3"],
    ["net.ipv6.conf.all.ignore_routes_with_linkdown", "1", "net.ipv6.conf.va0.ignore_routes_with_linkdown=1"],
    ["net.ipv4.conf.va0.forwarding", "1"],
    ["net.ipv4.neigh.va0.base_reachable_time_ms", "40000"],
    ["net.ipv4.neigh.va0.base_reachable_time", "40"],
  ];
  const isAdopted = (key: string) => /ip_forward|ipv6.conf.all.forwarding/.test(key);
  const undo: Readonly<Record<string, string>> = {
    "net.ipv4.ip_forward=1": "net.ipv4.ip_forward=0",
    "net.ipv4.conf.all.accept_redirects=0": "net.ipv4.conf.all.accept_redirects=1",
  };

  for (const [key, value, ...prepared] of rows) {
    describe(`${[key, value].join("=")} after ${prepared.join(", ") || "nothing"}`, () => {
      let before: Record<string, string>;
      beforeEach(async () => {
        await set(...prepared);
        before = await everything();
      });
      afterEach(() => set(...prepared.flatMap((text) => undo[text] ?? [])));

      it("restores everything when it is deleted, even after changes", async () => {
        const living = await make("one", key, value);
        expect(await living.refresh()).to.equal(value);
        await living.remove();
        expect(await everything()).to.deep.equal(before);

        const again = await make("one", key, value);
        await again.become(before[key.replaceAll(".", "/")] ?? value);
        await again.become(value);
        await again.remove();
        expect(await everything()).to.deep.equal(before);
        expect(await recorded()).to.deep.equal([]);
      });

      if (!isAdopted(key)) return;

      it("as a parameter of an adopted namespace", async () => {
        const living = await Living.create(namespace, { name: room, adopt: true, sysctls: { [key]: value } });
        await living.remove();
        expect(await everything()).to.deep.equal(before);
      });

      it("as a parameter that an adopted namespace gets later, and loses again", async () => {
        const living = await Living.create(namespace, { name: room, adopt: true });
        await living.become({ name: room, adopt: true, sysctls: { [key]: value } });
        await living.become({ name: room, adopt: true });
        await living.remove();
        expect(await everything()).to.deep.equal(before);
      });
    });
  }

  for (const stop of [0, 1, 2, 3, 4]) {
    it(`restores everything after a creation and a deletion killed before change ${stop + 1}`, async () => {
      await set("net.ipv4.conf.va0.forwarding=1");
      const before = await everything();
      // Some have fewer changes.
      await make("one", "net.ipv4.ip_forward", "1", crashing(stop)).catch(String);
      const living = await make("one", "net.ipv4.ip_forward", "1");
      await living.remove(crashing(stop)).catch(String);
      await living.remove();
      expect(await everything()).to.deep.equal(before);
      expect(await recorded()).to.deep.equal([]);
    });
  }

  const takings: readonly (readonly [order: string, isDeletedFirst: boolean])[] = [
    ["deleted first", true],
    ["deleted last", false],
  ];
  for (const [order, isDeletedFirst] of takings) {
    it(`another resource takes a parameter over with another value, and restores it; the old one ${order}`, async () => {
      const before = await everything();
      const key = "net.ipv4.ip_forward";
      const old = await make("one", key, "1");
      forgetClaims();
      claim(definition, localHost, { namespace: room, key, mark: markFor("one", "heir") });
      if (isDeletedFirst) await old.remove();
      const heir = await make("one", key, "0", localHost, "heir");
      if (!isDeletedFirst) await old.remove();
      expect(await now(key)).to.equal("0");
      await heir.become("1");
      forgetClaims();
      await heir.remove();
      expect(await everything()).to.deep.equal(before);
      expect(await recorded()).to.deep.equal([]);
    });
  }

  it("leaves values alone that somebody has changed since", async () => {
    const living = await make("one", "net.ipv4.conf.default.rp_filter", "1");
    await set("net.ipv4.conf.vb0.rp_filter=2");
    await living.remove();
    expect(await now("net.ipv4.conf.vb0.rp_filter")).to.equal("2");
    expect(await now("net.ipv4.conf.va0.rp_filter")).to.equal("0");
  });

  it("leaves a later link to the kernel", async () => {
    const living = await make("one", "net.ipv4.ip_forward", "1");
    await typed("link add name late type bridge", room);
    expect(await now("net.ipv4.conf.late.forwarding")).to.equal("1");
    await living.remove();
    expect(await now("net.ipv4.conf.late.forwarding")).to.equal("0");
    await typed("link del dev late", room);
  });

  describe("two stacks", () => {
    const wide = ["net.ipv4.ip_forward", "1"] as const;
    for (const own of ["0", "1"]) {
      const narrow = ["net.ipv4.conf.va0.forwarding", own] as const;
      for (const first of ["wide", "narrow"]) {
        for (const gone of ["wide", "narrow"]) {
          it(`forwarding of all and ${own} of one link, ${first} first, ${gone} goes first`, async () => {
            const before = await everything();
            const asked = { wide, narrow };
            const order = first === "wide" ? (["wide", "narrow"] as const) : (["narrow", "wide"] as const);
            const made: Partial<Record<"wide" | "narrow", Awaited<ReturnType<typeof make>>>> = {};
            for (const which of order) made[which] = await make(which, asked[which][0], asked[which][1]);
            expect(await now(narrow[0])).to.equal(own);
            expect(await now("net.ipv4.conf.vb0.forwarding")).to.equal("1");
            const [one, other] = gone === "wide" ? [made.wide, made.narrow] : [made.narrow, made.wide];
            await one?.remove();
            expect(await now(narrow[0])).to.equal(gone === "wide" ? own : "1");
            await other?.remove();
            expect(await everything()).to.deep.equal(before);
            expect(await recorded()).to.deep.equal([]);
          });
        }
      }
    }

    it("share a parameter by two names, and the last one restores everything", async () => {
      await set("net.ipv4.conf.va0.forwarding=1");
      const before = await everything();
      const one = await make("one", "net.ipv4.ip_forward", "1");
      const two = await make("two", "net.ipv4.conf.all.forwarding", "1");
      await one.remove();
      expect(await now("net.ipv4.ip_forward")).to.equal("1");
      await two.remove();
      expect(await everything()).to.deep.equal(before);
    });

    for (const [one, value, other, otherValue, property] of [
      ["net.ipv4.ip_forward", "1", "net.ipv4.conf.all.forwarding", "0", 'value is "0" here, but "1"'],
      [
        "net.ipv4.neigh.va0.retrans_time",
        "200",
        "net.ipv4.neigh.va0.retrans_time_ms",
        "200",
        'key is "net.ipv4.neigh.va0.retrans_time_ms" here, but "net.ipv4.neigh.va0.retrans_time"',
      ],
    ] as const) {
      it(`cannot ask for two values of one parameter: ${one} and ${other}`, async () => {
        const living = await make("one", one, value);
        const host = new WatchedHost();
        expect(await failure(make("two", other, otherValue, host))).to.include(property);
        expect(host.changes).to.deep.equal([]);
        await living.remove();
      });
    }
  });

  it("another spelling of the key changes nothing", async () => {
    const given = { namespace: room, key: "net.ipv4.ip_forward", value: "1" };
    const living = await Living.create(definition, given);
    for (const key of [
      "net/ipv4/conf/all/forwarding",
      "net.ipv4.conf.all.forwarding",
      "net/ipv4/ip_forward",
    ]) {
      const host = new WatchedHost();
      expect(await living.become({ ...given, key }, host)).to.equal("update");
      expect(host.changes).to.deep.equal([]);
      expect(await living.refresh()).to.deep.equal([]);
    }
    await living.remove();
    expect(await now("net.ipv4.ip_forward")).to.equal("0");
    expect(await recorded()).to.deep.equal([]);
  });

  describe("composites", () => {
    const spelt = (key: string) => ({ sysctls: { [key]: 1 } });

    it("Topology: another spelling changes nothing, and everything is restored", async () => {
      const before = await localHost.run(command("sysctl", undefined, ["net/ipv4/conf"]));
      const living = await LivingComposite.create(topology, spelt("net.ipv4.conf.all.forwarding"));
      const host = new WatchedHost();
      expect(await living.become(spelt("net.ipv4.ip_forward"), host)).to.equal("update");
      expect(host.changes).to.deep.equal([]);
      expect(await living.refresh()).to.deep.equal([]);
      await living.remove();
      expect(await localHost.run(command("sysctl", undefined, ["net/ipv4/conf"]))).to.equal(before);
    });

    it("Node: the order of its parameters is that of the kernel", async () => {
      const keys = [
        "net.ipv4.conf.all.accept_redirects",
        "net.ipv4.conf.lo.forwarding",
        "net.ipv4.ip_forward",
      ];
      for (const order of [keys, [...keys].reverse()]) {
        const sysctls = Object.fromEntries(order.map((key) => [key, key.endsWith("ip_forward") ? 1 : 0]));
        const living = await LivingComposite.create(node, { name: "it-order", sysctls });
        expect(await living.refresh()).to.deep.equal([]);
        await living.remove();
      }
    });
  });
});
