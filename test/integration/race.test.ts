import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { type Command, printCommand } from "../../provider/command";
import type { Args, Definition } from "../../provider/definition";
import * as engine from "../../provider/engine";
import type { Host } from "../../provider/host/host";
import { localHost } from "../../provider/host/local";
import type { Records } from "../../provider/host/records";
import { address } from "../../provider/resources/address";
import { bridge } from "../../provider/resources/bridge";
import { namespace } from "../../provider/resources/namespace";
import { neighbor } from "../../provider/resources/neighbor";
import { policyRule } from "../../provider/resources/policyRule";
import { route } from "../../provider/resources/route";
import { sysctl } from "../../provider/resources/sysctl";
import { vethPair } from "../../provider/resources/vethPair";
import { checked } from "../support/args";
import { errorOf, Living, onKernel } from "../support/kernel";

/** The host, on which something else happens just before a certain command. */
function interrupted(at: Command | undefined, meanwhile: () => Promise<unknown>): Host {
  let isDone = false;
  const run = async (command: Command) => {
    if (at && !isDone && printCommand(command) === printCommand(at)) {
      isDone = true;
      await meanwhile();
    }
    return localHost.run(command);
  };
  return { run, records: localHost.records };
}

/** The host, for so many runs at once: each waits with its first look at the records for all others. */
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
    return { run, records: Object.assign(Object.create(records), { find }) };
  };
}

describe("two runs at the same moment", function () {
  this.timeout(20_000);
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
    it(`make one ${definition.kind}: the second is told whose it is, and leaves it alone`, async () => {
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

  it("make one Bridge: the second waits until the first has given it its mark", async () => {
    const definition: Definition = bridge;
    const given = { name: "it-br" };
    let second: Promise<Error> | undefined;
    const untilItWaits = () =>
      new Promise<void>((resolve) => {
        const run: Host["run"] = (command) => {
          if (command.tool === "sleep") resolve();
          return localHost.run(command);
        };
        const host = { run, records: localHost.records };
        second = errorOf(engine.create(definition, host, checked(definition, given, "second")));
      });
    const [, mark] = definition.create(checked(definition, given, "first"));
    const first = await Living.create(definition, given, "first", interrupted(mark, untilItWaits));
    expect((await second)?.message).to.include('it belongs to Bridge "first"');
    await first.remove();
  });

  it("a namespace that is being made is not taken for what a reboot has left", async () => {
    const definition: Definition = namespace;
    const args = checked(definition, { name: "it-room" }, "second");
    const [, enter] = definition.probe(args);
    const stale = { run: staleAt(enter), records: localHost.records };
    const first = await Living.create(definition, { name: "it-room" }, "first");
    const { message } = await errorOf(engine.create(definition, stale, args));
    expect(message).to.match(/exists already|in use/);
    expect(await first.refresh()).to.deep.equal([]);
    await first.remove();
  });

  it("let go of one Sysctl: it is set back to what it was before both", async () => {
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

/** The look into a namespace comes while it has a name and is none yet. */
function staleAt(enter: Command | undefined): Host["run"] {
  let isDone = false;
  return async (command) => {
    if (isDone || !enter || printCommand(command) !== printCommand(enter)) return localHost.run(command);
    isDone = true;
    return localHost.run({ ...command, namespace: "it-none" });
  };
}
