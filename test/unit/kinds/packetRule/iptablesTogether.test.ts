import { expect } from "chai";
import fc from "fast-check";
import { checkArgs } from "../../../../provider/engine/check";
import type { Args, Definition } from "../../../../provider/engine/definition";
import { filterRule } from "../../../../provider/kinds/filterRule/filterRule";
import { natRule } from "../../../../provider/kinds/natRule/natRule";
import type { Answer, Command } from "../../../../provider/linux/command";
import { byResource } from "../../../../provider/linux/marks/owner";
import { checked, markFor } from "../../../support/args";
import { dangersOf, restoreLines } from "../../../support/commandSafety";
import { commandsIn } from "../../../support/plan";

/** Rules as `iptables -S` lists them, without the verb. */
type Table = readonly (readonly string[])[];

/** A table after one command, as iptables(8) says. */
function applied(table: Table, { tool, args, input = "" }: Command): Table {
  if (tool.endsWith("-restore"))
    return restoreLines(input)
      .slice(1, -1)
      .reduce((now, [verb = "", chain = "", ...words]) => edited(now, verb, chain, words), table);
  const [verb = "", chain = "", ...words] = args.slice(4);
  return tool === "iptables" ? edited(table, verb, chain, words) : table;
}

function edited(table: Table, verb: string, chain: string, words: readonly string[]): Table {
  if (verb === "-A") return [...table, [chain, ...words]];
  if (verb === "-D") {
    const text = [chain, ...words].join("\n");
    const at = table.findIndex((rule) => rule.join("\n") === text);
    if (at < 0) throw new Error(`not there: ${text}`);
    return table.toSpliced(at, 1);
  }
  const [number, ...rule] = words;
  const beside = table.flatMap(([one], at) => (one === chain ? [at] : []));
  const place = Number(number) - 1;
  if (place > beside.length) throw new Error(`no place ${number} in ${chain}`);
  return table.toSpliced(beside[place] ?? table.length, 0, [chain, ...rule]);
}

const quoted = (word: string): string => (/^[\w-]+$/.test(word) ? word : `"${word}"`);
const listing = (table: Table): string =>
  table.map((rule) => ["-A", ...rule.map(quoted)].join(" ")).join("\n");

/** The chains of a table, each in its order. */
const chains = (table: Table): Record<string, string[]> => {
  const names = [...new Set(table.map(([chain = ""]) => chain))].sort();
  return Object.fromEntries(
    names.map((name) => [name, table.filter(([chain]) => chain === name).map((rule) => rule.join(" "))]),
  );
};

/** The commands of a removal that finds everything. */
function removal(definition: Definition, args: Args, answer: Answer): Command[] {
  const plan = definition.remove({ args, outputs: {}, owner: byResource(String(args["mark"])) }, args);
  if (!("next" in plan)) return [...plan];
  const ran: Command[] = [];
  for (let step = plan.next([]); !step.done; ) {
    const changes = commandsIn(step.value).filter(({ args: words }) => !words.includes("-S"));
    ran.push(...changes);
    step = plan.next(changes.length > 0 ? changes.map(() => "") : [answer]);
  }
  return ran;
}

const PRIORITIES = [-5, 0, 0, 7];
const kinds: readonly (readonly [Definition, given: object, foreign: string])[] = [
  [filterRule, { chain: "input", verdict: "drop", protocol: "tcp" }, "INPUT"],
  [natRule, { kind: "dnat", protocol: "tcp", to: "10.0.0.1:80" }, "PREROUTING"],
];

for (const [definition, given, chain] of kinds) {
  const argsOf = (name: number, priority: number, more: object = {}): Args =>
    checked(
      definition,
      { ...given, backend: "iptables", port: 1000 + name, priority, ...more },
      `rule-${name}`,
    );
  const foreign = (at: number): Table[number] => [
    chain,
    "-p",
    "udp",
    "-m",
    "udp",
    "--dport",
    String(at),
    "-j",
    "ACCEPT",
  ];
  const create = (args: Args, answer: Answer) => definition.create(args, [answer]);

  const table = fc
    .array(fc.record({ isOurs: fc.boolean(), priority: fc.constantFrom(...PRIORITIES) }), { maxLength: 6 })
    .map((entries) => {
      let rules: Table = [];
      const ours: Args[] = [];
      for (const [at, { isOurs, priority }] of entries.entries()) {
        const args = argsOf(at, priority);
        rules = isOurs ? create(args, listing(rules)).reduce(applied, rules) : [...rules, foreign(at)];
        if (isOurs) ours.push(args);
      }
      return { rules, ours };
    });

  describe(`operations on ${definition.kind}s of iptables, merged`, () => {
    const merge = (operations: readonly (readonly Command[])[], answer: Answer) =>
      definition.together?.merge(operations, [answer]);

    it("end as if they had run one after the other", () => {
      const wanted = fc.array(fc.constantFrom(...PRIORITIES), { minLength: 1, maxLength: 6 });
      fc.assert(
        fc.property(table, wanted, fc.nat(3), (start, priorities, gone) => {
          const going = start.ours.slice(0, gone);
          const coming = priorities.map((priority, at) => argsOf(100 + at, priority));
          const operations = [
            ...coming.map((args) => (answer: Answer) => create(args, answer)),
            ...going.map((args) => (answer: Answer) => removal(definition, args, answer)),
          ];
          const inTurn = operations.reduce(
            (rules, commands) => commands(listing(rules)).reduce(applied, rules),
            start.rules,
          );
          const merged = merge(
            operations.map((commands) => commands(listing(start.rules))),
            listing(start.rules),
          );
          expect(merged?.rest.flat()).to.deep.equal([]);
          expect(merged && dangersOf(merged.command)).to.deep.equal([]);
          expect(merged && chains(applied(start.rules, merged.command))).to.deep.equal(chains(inTurn));
        }),
      );
    });

    it("leave each changed rule once, and all by their priorities", () => {
      fc.assert(
        fc.property(
          table,
          fc.array(fc.constantFrom(...PRIORITIES), { minLength: 6, maxLength: 6 }),
          (start, priorities) => {
            const answer = listing(start.rules);
            const news = start.ours.map((args, at) => ({ ...args, priority: priorities[at], sourcePort: 9 }));
            const operations = start.ours.flatMap((args, at) => {
              const observed = definition.parse([answer], args);
              return observed ? [definition.update(observed, news[at] ?? args)] : [];
            });
            const merged = merge(operations, answer);
            fc.pre(merged !== undefined);
            const now = merged ? applied(start.rules, merged.command) : [];
            for (const args of news)
              expect(definition.parse([listing(now)], args)?.args).to.deep.include({
                sourcePort: 9,
                priority: args["priority"],
              });
            expect(now.filter((rule) => rule.includes("udp"))).to.deep.equal(
              start.rules.filter((rule) => rule.includes("udp")),
            );
          },
        ),
      );
    });

    it("run one by one if the list has changed, unless all delete", () => {
      const [one, other] = [argsOf(1, 0), argsOf(2, 0)];
      const made = create(one, "").reduce(applied, [] as Table);
      const deletions = removal(definition, one, listing(made));
      expect(definition.together?.merge([create(other, ""), deletions], undefined)).to.equal(undefined);
      expect(definition.together?.merge([deletions], undefined)?.command.input).to.match(
        /^\*\w+\n(-D .*\n)+COMMIT\n$/,
      );
    });

    it("run one by one if they are in different tables or namespaces, or their list is not the one that they saw", () => {
      const elsewhere = create(argsOf(2, 0, { namespace: "red" }), "");
      expect(merge([create(argsOf(1, 0), ""), elsewhere], "")).to.equal(undefined);
      const rules = create(argsOf(1, 0), "").reduce(applied, [] as Table);
      expect(merge([removal(definition, argsOf(1, 0), listing(rules))], listing([]))?.command.input).to.equal(
        undefined,
      );
      const farOff = create(argsOf(3, 0), "").map((command) => ({
        ...command,
        args: [...command.args.slice(0, 4), "-I", chain, "9", ...command.args.slice(6)],
      }));
      expect(merge([farOff], "")).to.equal(undefined);
    });
  });
}

describe("a rule of iptables that moves to the front with its words", () => {
  const definition: Definition = filterRule;
  const rules = (...names: number[]): Table =>
    names.flatMap((name) =>
      definition
        .create(
          checked(
            definition,
            { ...kinds[0]?.[1], backend: "iptables", port: name, priority: name },
            `rule-${name}`,
          ),
        )
        .reduce(applied, [] as Table),
    );

  it("is not the one that is deleted", () => {
    const args = checked(
      definition,
      { ...kinds[0]?.[1], backend: "iptables", port: 1, priority: 1 },
      "rule-1",
    );
    const disorder = rules(5, 1);
    const observed = definition.parse([listing(disorder)], args);
    expect(observed?.args["verdict"]).to.equal("drop (out of order)");
    const commands = observed ? definition.update(observed, args) : [];
    expect(commands.map(({ tool }) => tool)).to.deep.equal(["iptables-restore"]);
    expect(commands.reduce(applied, disorder)).to.deep.equal(rules(1, 5));
  });
});

describe("words of a rule of iptables", () => {
  const definition: Definition = filterRule;

  it("reach the kernel as they are when rules are merged", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 20 }), (logPrefix) => {
        const given = { chain: "input", verdict: "log", logPrefix, backend: "iptables" };
        const { args, problems } = checkArgs(definition, { ...given, mark: markFor("FilterRule") });
        fc.pre(problems.length === 0);
        const commands = definition.create(args, [""]);
        const command = definition.together?.merge([commands], [""])?.command;
        expect(command && dangersOf(command)).to.deep.equal([]);
        expect(command && restoreLines(command.input ?? "")[1]).to.deep.equal(commands[0]?.args.slice(4));
      }),
    );
  });
});
