import { expect } from "chai";
import type { Composite } from "../../../provider/composites/composite";
import * as composite from "../../../provider/composites/lifecycle";
import { topology } from "../../../provider/composites/topology";
import type { Args, Definition } from "../../../provider/engine/definition";
import { difference } from "../../../provider/engine/diff";
import * as engine from "../../../provider/engine/lifecycle";
import { address } from "../../../provider/kinds/address";
import { bridge } from "../../../provider/kinds/bridge";
import { filterRule } from "../../../provider/kinds/filterRule/filterRule";
import { namespace } from "../../../provider/kinds/namespace";
import { natRule } from "../../../provider/kinds/natRule/natRule";
import { neighbor } from "../../../provider/kinds/neighbor";
import { policyRule } from "../../../provider/kinds/policyRule";
import { route } from "../../../provider/kinds/route";
import { sysctl } from "../../../provider/kinds/sysctl";
import { vethPair } from "../../../provider/kinds/vethPair";
import { command } from "../../../provider/linux/command";
import { PartialError } from "../../../provider/linux/errors";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { markOf, sameStack } from "../../../provider/linux/marks/mark";
import { checked, urnOf } from "../../support/args";
import { belonging, failure, onKernel, recorded, typed, WatchedHost } from "../../support/kernel";

/** Two stacks of one project on one host, each with a resource of the same name. */
type Stack = "one" | "two";

const argsOf = (stack: Stack, definition: Definition, given: Args): Args => ({
  ...checked(definition, given, "it"),
  mark: markOf(
    definition.kind,
    urnOf(definition.kind, "it").replace("urn:pulumi:stack", `urn:pulumi:${stack}`),
  ),
});

/** A resource of a stack. */
async function make(stack: Stack, definition: Definition, given: Args, host = localHost) {
  const args = argsOf(stack, definition, given);
  let { state } = await engine.create(definition, host, args);
  return {
    refresh: async () => {
      const seen = await engine.read(definition, localHost, state);
      return seen ? difference(definition, args, seen.inputs).changed : ["gone"];
    },
    become: async (news: Args) => {
      const to = argsOf(stack, definition, news);
      ({ state } = await engine.update(definition, localHost, state, to));
    },
    remove: () => engine.remove(definition, localHost, state),
    state,
  };
}

/** The state that the engine keeps after a partly failed run. */
async function stateLeftBy(work: Promise<unknown>): Promise<Args> {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof PartialError)) throw new Error("it did not fail in part", { cause: error });
  return { ...error.properties };
}

const room = "it-stacks";
const ORDERS: readonly (readonly [Stack, Stack])[] = [
  ["one", "two"],
  ["two", "one"],
];

describe("two stacks, with the kernel", () => {
  onKernel({ namespaces: [room] });

  beforeEach(async () => {
    await typed("link add name it-up type bridge", room);
    await typed("link set dev it-up up", room);
    await typed("address add 10.1.0.1/24 dev it-up", room);
  });

  describe("that ask for one object: the second is refused, and can neither change nor delete it", () => {
    const rows: readonly (readonly [definition: Definition, given: Args, other: Args])[] = [
      [namespace, { name: "it-room" }, { name: "it-room", loopback: false }],
      [bridge, { name: "it-net" }, { name: "it-net", ageingTime: 9 }],
      [
        vethPair,
        { end: { name: "it-a" }, peer: { name: "it-b", namespace: room } },
        { end: { name: "it-a", mtu: 1400 }, peer: { name: "it-b", namespace: room } },
      ],
      [
        address,
        { interface: "it-up", namespace: room, address: "10.5.0.1/24" },
        { interface: "it-up", namespace: room, address: "10.5.0.1/24" },
      ],
      [
        route,
        { namespace: room, destination: "10.9.0.0/24", via: "10.1.0.2" },
        { namespace: room, destination: "10.9.0.0/24", via: "10.1.0.3" },
      ],
      [
        neighbor,
        { namespace: room, interface: "it-up", address: "10.1.0.9", lladdr: "02:00:00:00:00:09" },
        { namespace: room, interface: "it-up", address: "10.1.0.9", lladdr: "02:00:00:00:00:08" },
      ],
      [
        neighbor,
        { namespace: room, interface: "it-up", address: "10.1.0.9", proxy: true },
        { namespace: room, interface: "it-up", address: "10.1.0.9", proxy: true },
      ],
      [
        policyRule,
        { namespace: room, priority: 100, from: "10.1.0.0/16", table: 7 },
        { namespace: room, priority: 100, from: "10.2.0.0/16", table: 7 },
      ],
    ];
    for (const [definition, given, other] of rows) {
      for (const [first, second] of ORDERS) {
        it(`${definition.kind}, of ${first}, then ${second}`, async () => {
          const owner = await make(first, definition, given);
          const look = () => pictureOf(room);
          const [before, written] = [await look(), await recorded()];
          const refusal = belonging(
            definition.id(argsOf(first, definition, given)),
            `${definition.kind} "it"`,
            `project/${first}`,
          );
          const host = new WatchedHost();
          const adopting = "adopt" in definition.schema.shape ? [{ ...other, adopt: true }] : [];
          for (const asked of [given, other, ...adopting]) {
            expect(await failure(make(second, definition, asked, host))).to.equal(refusal);
          }
          const claimed = { ...owner.state, ...argsOf(second, definition, other) };
          expect(await engine.read(definition, host, claimed)).to.equal(undefined);
          expect(await failure(engine.update(definition, host, claimed, claimed))).to.match(
            / does not exist, but /,
          );
          await engine.remove(definition, host, claimed);
          expect(host.changes).to.deep.equal([]);
          expect(await look()).to.deep.equal(before);
          expect(await recorded()).to.deep.equal(written);
          expect(await owner.refresh()).to.deep.equal([]);
          await owner.remove();
          expect(await recorded()).to.deep.equal([]);
        });
      }
    }
  });

  describe("that have one Topology: the second creates only its rule, and claims nothing else", () => {
    const given = {
      bridges: { "it-tb": { addresses: ["10.5.0.1/24"] } },
      nodes: {
        "it-tn": {
          interfaces: { eth0: { addresses: ["10.5.1.2/24"], peer: { addresses: ["10.5.1.1/24"] } } },
          routes: [{ destination: "10.6.0.0/16", via: "10.5.1.1" }],
        },
      },
      routes: [{ destination: "10.7.0.0/16", via: "10.5.0.2" }],
      filter: { drop: { namespace: room, chain: "input", source: "10.66.0.0/16", verdict: "drop" } },
    };
    const lab = topology as Composite;
    const argsFor = (stack: Stack): Args => {
      const mark = markOf(
        "Topology",
        urnOf("Topology", "it").replace("urn:pulumi:stack", `urn:pulumi:${stack}`),
      );
      return composite.inspect(lab, { ...given, mark }).args;
    };
    const marksBy = async (stack: Stack) =>
      (await localHost.records.list()).filter(({ mark }) => sameStack(mark, String(argsFor(stack)["mark"])));

    for (const leaving of ORDERS) {
      it(`${leaving.join(" goes before ")}`, async () => {
        const one = (await composite.create(lab, localHost, argsFor("one"))).state;
        const before = await pictureOf("it-tn");
        const states = {
          one,
          two: await stateLeftBy(composite.create(lab, localHost, argsFor("two"))),
        };
        for (let round = 0; round < 2; round++) {
          const seen = await composite.read(lab, localHost, states.two);
          if (seen) states.two = seen.state;
          expect(await marksBy("two")).to.deep.equal([]);
          states.two = await stateLeftBy(composite.update(lab, localHost, states.two, argsFor("two")));
        }
        expect(await pictureOf("it-tn")).to.deep.equal(before);
        const refreshed = await composite.read(lab, localHost, states.one);
        expect(refreshed?.inputs).to.deep.equal(argsFor("one"));
        for (const stack of leaving) await composite.remove(lab, localHost, states[stack]);
        expect(await recorded()).to.deep.equal([]);
      });
    }
  });

  describe("that have neighbouring objects: each is deleted alone, in any order", () => {
    const pairs: readonly (readonly [title: string, definition: Definition, one: Args, two: Args])[] = [
      [
        "addresses on one link",
        address,
        { interface: "it-up", namespace: room, address: "10.5.0.1/24" },
        { interface: "it-up", namespace: room, address: "10.5.0.2/24" },
      ],
      [
        "routes to one destination, by their metrics",
        route,
        { namespace: room, destination: "10.9.0.0/24", via: "10.1.0.2" },
        { namespace: room, destination: "10.9.0.0/24", via: "10.1.0.3", metric: 5 },
      ],
      [
        "filter rules, word for word the same",
        filterRule,
        { namespace: room, chain: "forward", verdict: "drop", source: "10.5.0.0/24" },
        { namespace: room, chain: "forward", verdict: "drop", source: "10.5.0.0/24" },
      ],
      [
        "NAT rules, word for word the same",
        natRule,
        { namespace: room, kind: "masquerade", source: "10.5.0.0/24" },
        { namespace: room, kind: "masquerade", source: "10.5.0.0/24" },
      ],
    ];
    for (const [title, definition, one, two] of pairs) {
      for (const order of ORDERS) {
        for (const leaving of ORDERS) {
          it(`${title}: ${order.join(", ")} come, ${leaving.join(", ")} go`, async () => {
            const before = await pictureOf(room);
            const given = { one, two };
            const living = new Map<Stack, Awaited<ReturnType<typeof make>>>();
            for (const stack of order) living.set(stack, await make(stack, definition, given[stack]));
            for (const each of living.values()) expect(await each.refresh()).to.deep.equal([]);
            const [first, last] = leaving.map((stack) => living.get(stack));
            await first?.remove();
            expect(await first?.refresh()).to.deep.equal(["gone"]);
            expect(await last?.refresh()).to.deep.equal([]);
            await last?.remove();
            expect(await pictureOf(room)).to.deep.equal(before);
            expect(await recorded()).to.deep.equal([]);
          });
        }
      }
    }
  });

  it("of which one adds an address to the other's bridge, without owning the bridge", async () => {
    const net = await make("one", bridge, { name: "it-net", namespace: room });
    const given = { interface: "it-net", namespace: room, address: "10.6.0.1/24" };
    const ip = await make("two", address, given);
    expect(await recorded()).to.deep.equal([`Address ${room}/it-net 10.6.0.1/24`]);
    expect(await failure(make("one", address, given))).to.equal(
      belonging(`${room}/it-net 10.6.0.1/24`, 'Address "it"', "project/two"),
    );
    expect(await net.refresh()).to.deep.equal([]);
    await engine.remove(address, localHost, { ...ip.state, ...argsOf("one", address, given) });
    expect(await ip.refresh()).to.deep.equal([]);
    expect(await failure(net.remove())).to.include(
      `address it-net 10.6.0.1/24 in ${room} of Address "it" of the stack project/two`,
    );
    expect(await ip.refresh()).to.deep.equal([]);
    await net.become({ name: "it-net", namespace: room, deleteForeign: true });
    await net.remove();
    expect(await ip.refresh()).to.deep.equal(["gone"]);
    expect(await recorded()).to.deep.equal([]);
  });

  describe("that set one parameter", () => {
    const KEY = "net.ipv4.ip_default_ttl";
    const given = { key: KEY, value: "65", namespace: room };
    const ttl = async () => (await localHost.run(command("sysctl", room, ["-n", KEY]))).trim();
    const conflict = (mine: number, theirs: number, stack: Stack) =>
      `RefusedError: ${room}/${KEY}: value is "${mine}" here, but "${theirs}" for Sysctl "it" of the stack project/${stack}, ` +
      "which has set it: two stacks share it only with the same value";

    beforeEach(() => localHost.run(command("sysctl", room, ["-q", "-w", `${KEY}=64`])));

    for (const order of ORDERS) {
      it(`to the same value: the last deletion restores it, ${order.join(" before ")}`, async () => {
        const living = { one: await make("one", sysctl, given), two: await make("two", sysctl, given) };
        expect(living.two.state).to.deep.include({ former: { era: localHost.era, args: { value: "64" } } });
        const [first, last] = order;
        await living[first].remove();
        expect(await ttl()).to.equal("65");
        expect(await living[last].refresh()).to.deep.equal([]);
        await living[last].remove();
        expect(await ttl()).to.equal("64");
        expect(await recorded()).to.deep.equal([]);
      });
    }

    it("to the same value, its key written in two ways", async () => {
      const one = await make("one", sysctl, given);
      const two = await make("two", sysctl, { ...given, key: KEY.replaceAll(".", "/") });
      await one.remove();
      expect(await ttl()).to.equal("65");
      await two.remove();
      expect(await ttl()).to.equal("64");
    });

    it("to two values: the second is refused, and so is a change, until the other is deleted", async () => {
      const one = await make("one", sysctl, given);
      expect(await failure(make("two", sysctl, { ...given, value: "66" }))).to.equal(conflict(66, 65, "one"));
      const two = await make("two", sysctl, given);
      expect(await failure(one.become({ ...given, value: "66" }))).to.equal(conflict(66, 65, "two"));
      expect(await ttl()).to.equal("65");
      await two.remove();
      await one.become({ ...given, value: "66" });
      expect(await ttl()).to.equal("66");
      await one.remove();
      expect(await ttl()).to.equal("64");
    });
  });
});

/** Everything in a namespace and on the host that a stack could touch. */
async function pictureOf(where: string): Promise<string[]> {
  const lines = ["link show", "-4 address show", "-4 route show table all", "netns list"];
  const answers = await Promise.all(
    [undefined, where].flatMap((place) => lines.map((line) => typed(line, place))),
  );
  const rules = await localHost.run(command("nft", where, ["list", "ruleset"]));
  return [...answers, rules].map((answer) =>
    answer.replace(/ state [A-Z]+|(NO-CARRIER|M-DOWN),|,LOWER_UP| linkdown/g, ""),
  );
}
