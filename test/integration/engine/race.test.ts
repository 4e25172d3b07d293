import { readFile } from "node:fs/promises";
import { expect } from "chai";
import type { Args, Definition } from "../../../provider/engine/definition";
import * as engine from "../../../provider/engine/lifecycle";
import { look } from "../../../provider/engine/observe";
import { address } from "../../../provider/kinds/address";
import { bridge } from "../../../provider/kinds/bridge";
import { namespace } from "../../../provider/kinds/namespace";
import { neighbor } from "../../../provider/kinds/neighbor";
import { policyRule } from "../../../provider/kinds/policyRule";
import { route } from "../../../provider/kinds/route";
import { sysctl } from "../../../provider/kinds/sysctl";
import { vethPair } from "../../../provider/kinds/vethPair";
import { type Command, printCommand } from "../../../provider/linux/command";
import type { Host } from "../../../provider/linux/host/host";
import { localHost } from "../../../provider/linux/host/local/localHost";
import type { Records } from "../../../provider/linux/host/records";
import { checked } from "../../support/args";
import { errorOf, hereWith, Living, onKernel, typed } from "../../support/kernel";

let runs = 0;

/** This host as another process sees it, which does not share turns with the first. */
const anotherRun = <H extends Partial<Host>>(other: H): Host & H =>
  hereWith({ ...other, id: `run ${++runs}` });

/** The host, with another change just before a certain command. */
function interrupted(at: Command | undefined, meanwhile: () => Promise<unknown>): Host {
  let isDone = false;
  const run = async (command: Command) => {
    if (at && !isDone && printCommand(command) === printCommand(at)) {
      isDone = true;
      await meanwhile();
    }
    return localHost.run(command);
  };
  return anotherRun({ run });
}

/** The host for several runs at once: each delays its first read of the records until all others reach it. */
function meeting(count: number): () => Host {
  let meet = (): void => {};
  const all = new Promise<void>((resolve) => {
    meet = resolve;
  });
  let there = 0;
  return () => {
    let isFirst = true;
    const find: Records["find"] = async (key) => {
      const found = await localHost.records.find(key);
      if (isFirst && ++there === count) meet();
      isFirst = false;
      await all;
      return found;
    };
    const { records, run } = localHost;
    return anotherRun({ run, records: Object.assign(Object.create(records), { find }) });
  };
}

describe("two runs at the same moment", () => {
  onKernel({ bridges: [["it-lan", undefined]] });

  // Operations on one link's addresses wait for each other, but only within a process.
  const { serialize: _, ...inOtherProcess }: Definition = address;
  const wanted: readonly (readonly [Definition, Args])[] = [
    [namespace, { name: "it-room" }],
    [bridge, { name: "it-br" }],
    [vethPair, { end: { name: "it-a" }, peer: { name: "it-b" } }],
    [inOtherProcess, { interface: "lo", address: "10.9.9.1/32" }],
    [route, { destination: "10.77.0.0/16", interface: "lo" }],
    [policyRule, { priority: 100, from: "10.77.0.0/16", table: 7 }],
    [neighbor, { interface: "it-lan", address: "10.9.9.9", lladdr: "02:00:00:00:00:09" }],
  ];

  for (const [definition, given] of wanted) {
    it(`create one ${definition.kind}: the second learns the owner, and leaves it alone`, async () => {
      const args = checked(definition, given, "second");
      let first: Living | undefined;
      const host = interrupted(definition.create(args)[0], async () => {
        first = await Living.create(definition, given, "first");
      });
      const { message } = await errorOf(engine.create(definition, host, args));
      expect(message).to.match(/exists already: it belongs to \w+ "first" of the stack project\/stack/);

      expect(await first?.refresh()).to.deep.equal([]);
      await first?.remove();
      expect(await first?.refresh()).to.deep.equal(["gone"]);
      expect(await localHost.records.list()).to.deep.equal([]);
    });
  }

  it("create one Bridge: the second waits until the first has set its mark", async () => {
    const definition: Definition = bridge;
    const given = { name: "it-br" };
    let second: Promise<Error> | undefined;
    const untilItWaits = () =>
      new Promise<void>((resolve) => {
        const wait: Host["wait"] = (milliseconds) => {
          resolve();
          return localHost.wait(milliseconds);
        };
        const host = anotherRun({ wait });
        second = errorOf(engine.create(definition, host, checked(definition, given, "second")));
      });
    const [, mark] = definition.create(checked(definition, given, "first"));
    const first = await Living.create(definition, given, "first", interrupted(mark, untilItWaits));
    expect((await second)?.message).to.include('it belongs to Bridge "first"');
    await first.remove();
  });

  it("do not take a namespace in creation for a leftover of a reboot", async () => {
    const definition: Definition = namespace;
    const args = checked(definition, { name: "it-room" }, "second");
    const [, enter] = definition.probe(args);
    const stale = anotherRun({ run: staleAt(enter) });
    const first = await Living.create(definition, { name: "it-room" }, "first");
    const { message } = await errorOf(engine.create(definition, stale, args));
    expect(message).to.match(/exists already|in use/);
    expect(await first.refresh()).to.deep.equal([]);
    await first.remove();
  });

  it("delete a Route as the kernel does with its link: another one to the same network stays", async () => {
    const definition: Definition = route;
    await typed("link add it-v0 type veth peer name it-v1");
    await typed("link set it-v0 up");
    await typed("link set it-v1 up");
    const going = await Living.create(
      definition,
      { destination: "10.77.0.0/16", interface: "it-v0" },
      "going",
    );
    const other = { destination: "10.77.0.0/16", type: "unreachable", metric: 9 };
    const staying = await Living.create(definition, other, "staying");
    const [deletion] = definition.remove(await seenOf(definition, going), going.args) as Command[];
    await going.remove(interrupted(deletion, () => typed("link set it-v0 down")));
    expect(await staying.refresh()).to.deep.equal([]);
    await staying.remove();
  });

  it("change a link and delete a Neighbor on it: it does not come back", async () => {
    const definition: Definition = neighbor;
    const given = { interface: "it-lan", address: "10.9.9.9", lladdr: "02:00:00:00:00:09" };
    const lan = await Living.create(bridge, { name: "it-wan", mac: "02:00:00:00:00:01" }, "lan");
    const going = await Living.create(definition, { ...given, interface: "it-wan" }, "going");
    const [probe] = definition.probe(going.args);
    // The records have already been listed.
    await lan.become(
      { name: "it-wan", mac: "02:00:00:00:00:02" },
      interrupted(probe, () => going.remove()),
    );
    expect(await going.refresh()).to.deep.equal(["gone"]);
    expect(await typed("neigh show dev it-wan nud permanent")).to.equal("");
    await lan.remove();
  });

  it("delete one Sysctl: the parameter gets the value before both", async () => {
    const file = "/proc/sys/net/ipv4/conf/lo/rp_filter";
    const before = (await readFile(file, "utf8")).trim();
    const given = { key: "net.ipv4.conf.lo.rp_filter", value: before === "2" ? "1" : "2" };
    const { serialize: _, ...elsewhere }: Definition = sysctl;
    const both = [
      await Living.create(elsewhere, given, "first"),
      await Living.create(elsewhere, given, "second"),
    ];
    const host = meeting(both.length);
    await Promise.all(both.map((living) => living.remove(host())));
    expect((await readFile(file, "utf8")).trim()).to.equal(before);
    expect(await localHost.records.list()).to.deep.equal([]);
  });
});

async function seenOf(definition: Definition, { args }: Living) {
  const { observed } = await look(definition, localHost, args);
  if (!observed) throw new Error(`${definition.id(args)} is not there`);
  return observed;
}

/** The namespace has a name and does not exist yet when it is read. */
function staleAt(enter: Command | undefined): Host["run"] {
  let isDone = false;
  return async (command) => {
    if (isDone || !enter || printCommand(command) !== printCommand(enter)) return localHost.run(command);
    isDone = true;
    return localHost.run({ ...command, namespace: "it-none" });
  };
}
