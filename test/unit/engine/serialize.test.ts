import { expect } from "chai";
import type { Args, Definition, Together } from "../../../provider/engine/definition";
import { serialized } from "../../../provider/engine/serialize";
import { bridge } from "../../../provider/kinds/bridge";
import type { Command } from "../../../provider/linux/command";
import type { Host } from "../../../provider/linux/host/host";
import { runAll } from "../../../provider/linux/host/runPlan";
import { FakeHost } from "../../support/fakeHost";

const withoutObjects: Definition = { ...bridge, objectNames: () => [] };
const withKeys: Definition = { ...withoutObjects, serialize: ({ table }) => String(table) };

/** Work that reports its start and end. It counts turns of the event loop, so that a busy machine changes nothing. */
function workshop() {
  const log: string[] = [];
  const work =
    (name: string, turns: number, fails = false) =>
    async () => {
      log.push(`${name} starts`);
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
      log.push(`${name} ends`);
      if (fails) throw new Error(`${name} failed`);
      return name;
    };
  return { log, work };
}

const host = new FakeHost();

describe("lock", () => {
  it("runs operations of one key one after the other, in the order they came", async () => {
    const { log, work } = workshop();
    const key: Args = { table: "a" };
    const results = await Promise.all([
      serialized(withKeys, host, key, work("first", 9)),
      serialized(withKeys, host, key, work("second", 3)),
      serialized(withKeys, host, key, work("third", 0)),
    ]);
    expect(results).to.deep.equal(["first", "second", "third"]);
    expect(log).to.deep.equal([
      "first starts",
      "first ends",
      "second starts",
      "second ends",
      "third starts",
      "third ends",
    ]);
  });

  it("runs operations of several keys after all that have one of them, and before those that come later", async () => {
    const { log, work } = workshop();
    const withMany: Definition = {
      ...withoutObjects,
      serialize: ({ tables }) => [tables].flat().map(String),
    };
    await Promise.all([
      serialized(withMany, host, { tables: ["d"] }, work("d", 12)),
      serialized(withMany, host, { tables: ["e"] }, work("e", 3)),
      serialized(withMany, host, { tables: ["e", "d"] }, work("both", 1)),
      serialized(withMany, host, { tables: ["d", "e"] }, work("both again", 1)),
      serialized(withMany, host, { tables: ["e"] }, work("e again", 1)),
    ]);
    expect(log).to.deep.equal([
      ...["d starts", "e starts", "e ends", "d ends", "both starts", "both ends"],
      ...["both again starts", "both again ends", "e again starts", "e again ends"],
    ]);
  });

  it("lets other keys, and kinds without any, run at the same time", async () => {
    const { log, work } = workshop();
    await Promise.all([
      serialized(withKeys, host, { table: "b" }, work("b", 15)),
      serialized(withKeys, host, { table: "c" }, work("c", 8)),
      serialized(withoutObjects, host, { table: "b" }, work("free", 1)),
    ]);
    expect(log).to.deep.equal(["free starts", "b starts", "c starts", "free ends", "c ends", "b ends"]);
  });

  it("runs operations on one object one after the other", async () => {
    const { log, work } = workshop();
    await Promise.all([
      serialized(bridge, host, { name: "br0", mark: "the old owner" }, work("old", 3)),
      serialized(bridge, host, { name: "br0", mark: "the new owner" }, work("new", 1)),
      serialized(bridge, host, { name: "br0", namespace: "red" }, work("elsewhere", 9)),
      serialized(bridge, new FakeHost({}, "elsewhere"), { name: "br0" }, work("on another host", 12)),
    ]);
    expect(log).to.deep.equal([
      ...["old starts", "elsewhere starts", "on another host starts", "old ends", "new starts", "new ends"],
      ...["elsewhere ends", "on another host ends"],
    ]);
  });

  it("continues after a failure, which only its own caller sees", async () => {
    const { log, work } = workshop();
    const results = await Promise.allSettled([
      serialized(withKeys, host, { table: "d" }, work("first", 3, true)),
      serialized(withKeys, host, { table: "d" }, work("second", 0)),
    ]);
    expect(results.map(({ status }) => status)).to.deep.equal(["rejected", "fulfilled"]);
    expect(log).to.deep.equal(["first starts", "first ends", "second starts", "second ends"]);
  });

  it("starts afresh once all are done", async () => {
    const { log, work } = workshop();
    await serialized(withKeys, host, { table: "e" }, work("first", 0));
    await serialized(withKeys, host, { table: "e" }, work("second", 0));
    expect(log).to.deep.equal(["first starts", "first ends", "second starts", "second ends"]);
  });
});

describe("work that is done together", () => {
  const isChange = ({ input }: Command): boolean => input !== undefined;
  const merge: Together["merge"] = (operations, answers) =>
    answers && {
      command: {
        ...{ tool: "nft", args: ["-f"] },
        input: operations.map(([first]) => first?.input).join(" "),
      },
      rest: operations.map((commands) => commands.slice(1)),
    };
  const together: Definition = {
    ...withKeys,
    objectNames: ({ name }) => [String(name)],
    together: { key: ({ group }) => (group === undefined ? undefined : String(group)), isChange, merge },
  };
  const list: Command = { tool: "nft", args: ["list"] };
  const change = (input: unknown): Command => ({ tool: "nft", args: ["-f"], input: String(input) });

  /** Looks, writes its name, and looks again. */
  const writer = (kind: Definition, where: Host, args: Args) =>
    serialized(kind, where, args, async (given) => {
      await runAll(given, [], [list]);
      return runAll(given, [change(args["name"])], [list]);
    });
  const argsOf = (name: string, group?: string): Args => ({ table: "t", name, group });

  /** A host that refuses some inputs and records those that it has run. */
  function writtenOn(isRefused: (input: string) => boolean = () => false) {
    const inputs: string[] = [];
    const ran: string[] = [];
    const run: Host["run"] = async (command) => {
      ran.push(command.input ?? "list");
      await new Promise(setImmediate);
      if (command.input !== undefined && isRefused(command.input)) throw new Error(`no ${command.input}`);
      if (command.input !== undefined) inputs.push(command.input);
      return inputs.join(" ");
    };
    return { ran, host: { ...host, wait: (time) => host.wait(time), run } satisfies Host };
  }

  it("takes one look and one change for all that wait", async () => {
    const { host: where, ran } = writtenOn();
    const answers = await Promise.all(
      ["a", "b", "c"].map((name) => writer(together, where, argsOf(name, "g"))),
    );
    expect(ran).to.deep.equal(["list", "a b c", "list"]);
    expect(answers).to.deep.equal([["a b c"], ["a b c"], ["a b c"]]);
  });

  it("is done one by one if part of it is refused, which alone fails", async () => {
    const { host: where, ran } = writtenOn((input) => input.includes("b"));
    const ended = await Promise.allSettled(
      ["a", "b", "c"].map((name) => writer(together, where, argsOf(name, "g"))),
    );
    expect(ended.map(({ status }) => status)).to.deep.equal(["fulfilled", "rejected", "fulfilled"]);
    expect(ran).to.deep.equal(["list", "a b c", "list", "a", "list", "list", "b", "list", "c", "list"]);
  });

  it("never combines two operations on one object, different groups, or more than fit", async () => {
    const { host: where, ran } = writtenOn();
    const names = Array.from({ length: 65 }, (_, at) => `n${at}`);
    await Promise.all([
      ...[argsOf("a", "g"), argsOf("a", "g"), argsOf("b", "other"), argsOf("c")].map((args) =>
        writer(together, where, args),
      ),
      ...names.map((name) => writer(together, where, argsOf(name, "g"))),
    ]);
    const written = ran.filter((input) => input !== "list");
    expect(written).to.deep.equal(["a", "a", "b", "c", names.slice(0, 64).join(" "), "n64"]);
  });

  it("continues if some of it ends before the others, or looks longer", async () => {
    const { host: where } = writtenOn();
    const ended = await Promise.allSettled([
      writer(together, where, argsOf("a", "g")),
      serialized(together, where, argsOf("b", "g"), () => Promise.reject(new Error("no b"))),
      serialized(together, where, argsOf("c", "g"), async (given) => {
        for (let times = 0; times < 3; times++) await runAll(given, [], [list]);
        return runAll(given, [change("c")], [list]);
      }),
    ]);
    expect(ended.map(({ status }) => status)).to.deep.equal(["fulfilled", "rejected", "fulfilled"]);
  });

  it("never relies on a look that is older than another's change", async () => {
    const { host: where, ran } = writtenOn();
    await Promise.all([
      writer(together, where, argsOf("a", "g")),
      serialized(together, where, argsOf("b", "g"), async (given) => {
        await runAll(given, [], [list]);
        // It waits while the other one changes the list.
        await runAll(given, [], []);
        return runAll(given, [change("b")], [list]);
      }),
    ]);
    expect(ran).to.deep.equal(["list", "a", "list", "list", "b", "list"]);
  });
});
