import { expect } from "chai";
import type { Args, Definition } from "../../../provider/engine/definition";
import * as engine from "../../../provider/engine/lifecycle";
import { birthGroup, macOf } from "../../../provider/kinds/links/identity";
import { vethPair } from "../../../provider/kinds/vethPair";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { checked, markFor, withValue } from "../../support/args";
import {
  belonging,
  failure,
  foreign,
  Living,
  link,
  linkNames,
  onKernel,
  refusedAsIncompatible,
  typed,
  WatchedHost,
  wholeLink,
} from "../../support/kernel";

//   host                     it-red                it-blue
//   ┌────────────────┐       ┌─────────────┐       ┌─────────────┐
//   │  it-br, it-br2 │       │   it-inner  │       │             │
//   └────────────────┘       └─────────────┘       └─────────────┘
//   and one cable, between any two of the three, or with both ends in one of them

const definition: Definition = vethPair;
const [red, blue] = ["it-red", "it-blue"];
const mark = markFor("VethPair", "it");
const group = birthGroup(mark);
const [macA, macB] = ["02:00:00:00:00:0a", "02:00:00:00:00:0b"];

interface Place {
  readonly namespace?: string;
  readonly bridge?: string;
}

const cable = (end: Place = {}, peer: Place = {}): Args => ({
  end: { name: "it-a", mac: macA, ...end },
  peer: { name: "it-b", mac: macB, ...peer },
});

const create = (given: Args, host = localHost) => Living.create(definition, given, "it", host);

/** The output of the tools about an end. */
async function shownEnd(name: string, namespace?: string) {
  const found = await link(name, namespace);
  if (!found) return undefined;
  const { ifindex, address, mtu, master, ifalias, flags } = found;
  return { ifindex, address, mtu, master, ifalias, up: flags.includes("UP") };
}

const shown = async (end?: string, peer?: string) => ({
  end: await shownEnd("it-a", end),
  peer: await shownEnd("it-b", peer),
});

const everyLink = async () =>
  (await Promise.all([undefined, red, blue].map((where) => linkNames(where)))).flat();
const NOTHING = ["lo", "lo", "lo"];

/** Every combination of places for the two ends. */
const TOPOLOGIES: readonly (readonly [title: string, end: Place, peer: Place])[] = [
  ["both ends in the host", {}, {}],
  ["the first end in a namespace", { namespace: red }, {}],
  ["the second end in a namespace", {}, { namespace: red }],
  ["both in different namespaces", { namespace: red }, { namespace: blue }],
  ["both in the same namespace", { namespace: red }, { namespace: red }],
  ["one in a namespace, the other on a bridge of the host", { namespace: red }, { bridge: "it-br" }],
  ["one on a bridge in its namespace", { namespace: red, bridge: "it-inner" }, {}],
];

describe("VethPair, with the kernel", () => {
  const bridges = [
    ["it-br", undefined],
    ["it-br2", undefined],
    ["it-inner", red],
  ] as const;
  onKernel({ namespaces: [red, blue], bridges });

  /** Every link except the bridges. */
  async function others(): Promise<string[]> {
    const names = await everyLink();
    return names.filter((name) => !bridges.some(([bridge]) => bridge === name));
  }

  for (const [title, end, peer] of TOPOLOGIES) {
    describe(title, () => {
      it("equals the arguments, and the output of `ip`", async () => {
        const living = await create(cable(end, peer));
        const seen = await shown(end.namespace, peer.namespace);
        expect(living.state).to.deep.equal({
          end: { name: "it-a", mac: macA, mtu: 1500, up: true, ...end },
          peer: { name: "it-b", mac: macB, mtu: 1500, up: true, ...peer },
          mark,
          ifindex: seen.end?.ifindex,
          peerIfindex: seen.peer?.ifindex,
        });
        const asked = (address: string, place: Place, of: typeof seen.end) => ({
          ifindex: of?.ifindex,
          ...{ address, mtu: 1500, master: place.bridge, ifalias: mark, up: true },
        });
        expect(seen).to.deep.equal({
          end: asked(macA, end, seen.end),
          peer: asked(macB, peer, seen.peer),
        });
        expect(await living.refresh()).to.deep.equal([]);
      });

      it("is found by a second creation, which changes nothing", async () => {
        const first = await create(cable(end, peer));
        const host = new WatchedHost();
        const second = await create(cable(end, peer), host);
        expect(host.changes).to.deep.equal([]);
        expect(second.state).to.deep.equal(first.state);
      });

      it("is deleted by its removal, and a second removal does nothing", async () => {
        const living = await create(cable(end, peer));
        const host = new WatchedHost();
        await living.remove(host);
        expect(host.changes).to.have.lengthOf(1);
        expect(await others()).to.deep.equal(NOTHING);
        await living.remove(host);
        expect(host.changes).to.have.lengthOf(1);
      });

      for (const [side, name, place] of [
        ["end", "it-a", end],
        ["peer", "it-b", peer],
      ] as const) {
        it(`disappears when its ${side} is deleted by hand, can be removed, and recreated`, async () => {
          const living = await create(cable(end, peer));
          await typed(`link del dev ${name}`, place.namespace);
          expect(await living.refresh()).to.deep.equal(["gone"]);
          await living.remove();
          const again = await create(cable(end, peer));
          expect(await again.refresh()).to.deep.equal([]);
        });
      }
    });
  }

  describe("updates", () => {
    const rows: readonly (readonly [change: Args, seen: object])[] = [
      [{ mac: "02:00:00:00:00:0c" }, { address: "02:00:00:00:00:0c" }],
      [{ mtu: 1400 }, { mtu: 1400 }],
      [{ mtu: 9000 }, { mtu: 9000 }],
      [{ up: false }, { up: false }],
      [{ bridge: "it-br" }, { master: "it-br" }],
      [
        { mac: "02:00:00:00:00:0c", mtu: 1400, up: false, bridge: "it-br" },
        { address: "02:00:00:00:00:0c", mtu: 1400, up: false, master: "it-br" },
      ],
    ];
    for (const [change, different] of rows) {
      for (const side of ["end", "peer"] as const) {
        it(`${side} ${JSON.stringify(change)} in place, and back`, async () => {
          const given = cable();
          const living = await create(given);
          const before = await shown();

          expect(await living.become({ ...given, [side]: { ...Object(given[side]), ...change } })).to.equal(
            "update",
          );
          expect(await shown()).to.deep.equal({ ...before, [side]: { ...before[side], ...different } });
          expect(await living.refresh()).to.deep.equal([]);

          expect(await living.become(given)).to.equal("update");
          expect(await shown()).to.deep.equal(before);
          expect(await living.become(given)).to.equal("nothing");
        });
      }
    }

    it("from one bridge to another", async () => {
      const living = await create(cable({}, { bridge: "it-br" }));
      const { peer } = await shown();
      expect(await living.become(cable({}, { bridge: "it-br2" }))).to.equal("update");
      expect((await shown()).peer).to.deep.equal({ ...peer, master: "it-br2" });
    });

    it("the mark of a resource renamed under an alias, at both ends", async () => {
      const living = await create(cable({ namespace: red }));
      living.name = "other";
      const before = await shown(red);
      expect(await living.become(cable({ namespace: red }))).to.equal("update");
      const ifalias = markFor("VethPair", "other");
      expect(await shown(red)).to.deep.equal({
        end: { ...before.end, ifalias },
        peer: { ...before.peer, ifalias },
      });
    });
  });

  it("passes packets as soon as it exists, and after each change", async () => {
    const given = cable({ namespace: red }, { bridge: "it-br" });
    const states = async () =>
      (await Promise.all([link("it-a", red), link("it-b")])).map((end) => end?.["operstate"]);
    const living = await create(withValue(given, "end.up", false));
    // DOWN or LOWERLAYERDOWN, as the kernel notices a little later.
    expect(await states()).to.not.include("UP");
    expect(await living.become(given)).to.equal("update");
    expect(await states()).to.deep.equal(["UP", "UP"]);
  });

  describe("replacements", () => {
    const rows: readonly (readonly [path: string, value: string | undefined])[] = [
      ["end.name", "it-c"],
      ["end.namespace", blue],
      ["end.namespace", undefined],
      ["peer.name", "it-c"],
      ["peer.namespace", red],
    ];
    for (const [path, value] of rows) {
      it(`${path} → ${value}: deletes the old one and creates the new one`, async () => {
        const given = cable({ namespace: red });
        const living = await create(given);
        expect(await living.become(withValue(given, path, value))).to.equal(`replace ${path}`);
        expect((await others()).filter((name) => name.startsWith("it-"))).to.have.lengthOf(2);
        expect(await living.refresh()).to.deep.equal([]);
        await living.remove();
        expect(await others()).to.deep.equal(NOTHING);
      });
    }
  });

  describe("drift", () => {
    const given = cable({ namespace: red }, { bridge: "it-br" });
    const rows: readonly (readonly [line: string, namespace: string | undefined, ...paths: string[]])[] = [
      ["link set dev it-a address 02:00:00:00:00:0d", red, "end.mac"],
      ["link set dev it-a mtu 1300", red, "end.mtu"],
      ["link set dev it-a down", red, "end.up"],
      ["link set dev it-a master it-inner", red, "end.bridge"],
      ["link set dev it-b address 02:00:00:00:00:0d", undefined, "peer.mac"],
      ["link set dev it-b mtu 1300", undefined, "peer.mtu"],
      ["link set dev it-b down", undefined, "peer.up"],
      ["link set dev it-b nomaster", undefined, "peer.bridge"],
      ["link set dev it-b master it-br2", undefined, "peer.bridge"],
      ["link set dev it-b mtu 1300 nomaster down", undefined, "peer.bridge", "peer.mtu", "peer.up"],
    ];
    for (const [line, where, ...paths] of rows) {
      it(`${line}: ${paths.join(", ")}`, async () => {
        const living = await create(given);
        const before = await shown(red);
        await typed(line, where);
        expect(await living.refresh()).to.deep.equal(paths);
        expect(await living.become(given)).to.equal("update");
        expect(await shown(red)).to.deep.equal(before);
        expect(await living.refresh()).to.deep.equal([]);
      });
    }

    it("its bridge deleted by hand: peer.bridge", async () => {
      await typed("link add name it-short type bridge");
      const living = await create(cable({ namespace: red }, { bridge: "it-short" }));
      await typed("link del dev it-short");
      expect(await living.refresh()).to.deep.equal(["peer.bridge"]);
    });

    it("its namespace deleted by hand: gone, and recreated with the namespace", async () => {
      await typed("netns add it-green");
      const living = await create(cable({ namespace: "it-green" }, { namespace: blue }));
      await typed("netns del it-green");
      // The far end disappears a little later than the namespace.
      while ((await linkNames(blue)).includes("it-b")) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(await living.refresh()).to.deep.equal(["gone"]);
      await living.remove();
      await typed("netns add it-green");
      const again = await create(cable({ namespace: "it-green" }, { namespace: blue }));
      expect(await again.refresh()).to.deep.equal([]);
    });

    describe("one end moved away by hand", () => {
      for (const [side, name, from, to] of [
        ["end", "it-a", red, blue],
        ["peer", "it-b", undefined, blue],
      ] as const) {
        const moveAway = () => typed(`link set dev ${name} netns ${to}`, from);

        it(`is found as a ${side} without a name, and replaced`, async () => {
          const living = await create(given);
          await moveAway();
          expect(await living.refresh()).to.include(`${side}.name`);
          expect(await living.refresh()).to.include(`${side}.name`);
          expect(await living.become(given)).to.match(new RegExp(`^replace ${side}.name`));
          expect(await living.refresh()).to.deep.equal([]);
          expect(await linkNames(blue)).to.deep.equal(["lo"]);
        });

        it(`is removed with its ${side}, refreshed or not`, async () => {
          const living = await create(given);
          await moveAway();
          await living.remove();
          expect(await others()).to.deep.equal(NOTHING);

          const second = await create(given);
          await moveAway();
          await second.refresh();
          await second.remove();
          expect(await others()).to.deep.equal(NOTHING);
        });

        it(`is recreated by an update that comes before any refresh of its ${side}`, async () => {
          const living = await create(given);
          await moveAway();
          expect(await living.become(withValue(given, "end.mtu", 1400))).to.equal("update");
          expect(await shown(red)).to.have.nested.include({ "end.mtu": 1400, "peer.master": "it-br" });
          expect(await linkNames(blue)).to.deep.equal(["lo"]);
        });
      }
    });
  });

  describe("foreign objects", () => {
    const id = "it-a it-b";
    for (const [what, line, refusal] of [
      [
        "a link of the first name",
        "link add name it-a type bridge",
        refusedAsIncompatible(id, "has it-a, which is a bridge link, not a veth"),
      ],
      [
        "a link of the second name",
        "link add name it-b type bridge",
        refusedAsIncompatible(id, "has it-b, which is a bridge link, not a veth"),
      ],
      ["another cable", "link add name it-a type veth peer name it-b", foreign(id)],
    ] as const) {
      it(`${what} is refused, unchanged, and survives a removal`, async () => {
        await typed(line);
        const present = (await linkNames()).filter((name) => ["it-a", "it-b"].includes(name));
        const whole = () => Promise.all(present.map((name) => wholeLink(name)));
        const before = await whole();
        expect(await failure(create(cable()))).to.equal(refusal);
        await engine.remove(definition, localHost, checked(definition, cable(), "it"));
        expect(await whole()).to.deep.equal(before);
      });
    }

    it("another resource's cable is refused by its name", async () => {
      await Living.create(definition, cable(), "other");
      expect(await failure(create(cable()))).to.equal(belonging(id, 'VethPair "other"'));
      expect(await shown()).to.have.nested.include({ "end.ifalias": markFor("VethPair", "other") });
    });
  });

  describe("failures", () => {
    it("names a missing bridge, and leaves nothing", async () => {
      expect(await failure(create(cable({ namespace: red }, { bridge: "it-no-br" })))).to.equal(
        `NotFound: ip link set dev it-b alias ${mark} group default master it-no-br up: ` +
          'Error: argument "it-no-br" is wrong: Device does not exist',
      );
      expect(await others()).to.deep.equal(NOTHING);
    });

    it("names a missing namespace of either end, and leaves nothing", async () => {
      expect(await failure(create(cable({ namespace: "it-nowhere" })))).to.equal(
        `NotFound: ip link add name it-b address ${macB} mtu 1500 group ${group} type veth peer name it-a address ${macA} mtu 1500 group ${group} netns it-nowhere: ` +
          'Error: argument "it-nowhere" is wrong: Invalid "netns" value',
      );
      expect(await failure(create(cable({ namespace: red }, { namespace: "it-nowhere" })))).to.equal(
        `NotFound: ip -n ${red} link add name it-a address ${macA} mtu 1500 group ${group} type veth peer name it-b address ${macB} mtu 1500 group ${group} netns it-nowhere: ` +
          'Error: argument "it-nowhere" is wrong: Invalid "netns" value',
      );
      expect(await others()).to.deep.equal(NOTHING);
    });

    for (const at of [/ it-a alias /, / it-b alias /]) {
      it(`a failure at ${at} leaves nothing`, async () => {
        const host = new WatchedHost({ at, reason: "NotPermitted" });
        expect(await failure(create(cable({ namespace: red }), host))).to.match(/^NotPermitted: /);
        expect(await others()).to.deep.equal(NOTHING);
      });
    }

    it("recognizes a cable that a crash left without a mark by its first group, and completes it", async () => {
      const [a, b] = [macOf(mark, "end"), macOf(mark, "peer")];
      const born = `group ${group}`;
      await typed(`link add name it-a address ${a} ${born} type veth peer name it-b address ${b} ${born}`);
      const before = await shown();
      const living = await create({ end: { name: "it-a" }, peer: { name: "it-b", bridge: "it-br" } });
      expect(living.state["ifindex"]).to.equal(before.end?.ifindex);
      expect(await shown()).to.deep.equal({
        end: { ...before.end, ifalias: mark, up: true },
        peer: { ...before.peer, ifalias: mark, up: true, master: "it-br" },
      });
    });

    it("completes a cable that a crash left with one mark of two", async () => {
      await typed(`link add name it-a group ${group} type veth peer name it-b group ${group}`);
      await typed(`link set dev it-a alias ${mark} group default up`);
      await create({ end: { name: "it-a" }, peer: { name: "it-b" } });
      expect(await shown()).to.have.nested.include({ "peer.ifalias": mark, "peer.up": true });
    });
  });
});
