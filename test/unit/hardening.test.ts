import { isDeepStrictEqual } from "node:util";
import { expect } from "chai";
import fc from "fast-check";
import { checkArgs, isRecord } from "../../provider/check";
import { type Answer, argv, type Command } from "../../provider/command";
import type { Args, Definition, Problem } from "../../provider/definition";
import { definitions } from "../../provider/resources";
import { asSeen, checked, markFor } from "../support/args";
import { batchLines, dangersOf } from "../support/danger";
import { type Field, fieldsOf } from "../support/fields";
import { goodArgs } from "../support/goodArgs";
import { nastyNumbers, nastyOthers, nastyTexts, STAND_IN, standInFor } from "../support/nasty";

const variantsOf = ({ kind }: Definition): readonly Args[] => goodArgs[kind] ?? [];

/** Every command that a definition gives for `args`, in a namespace of its own and where `was` is there already. */
function commandsFor(definition: Definition, was: Args, args: Args): Command[] {
  const create = definition.create(args);
  return [
    ...definition.probe(args),
    ...create,
    ...definition.update(asSeen(was), args),
    ...removal(definition, args, create),
  ];
}

function removal(definition: Definition, args: Args, create: readonly Command[]): Command[] {
  const plan = definition.remove(asSeen(args), args);
  if (!("next" in plan)) return [...plan];
  const commands: Command[] = [];
  const answer = (command: Command) => answerTo(command, commands.some(isDeletion) ? [] : create);
  for (let step = plan.next([]); !step.done; step = plan.next(step.value.map(answer))) {
    commands.push(...step.value);
    if (commands.length > 100) throw new Error(`the removal of a ${definition.kind} does not end`);
  }
  return commands;
}

const isDeletion = ({ args }: Command): boolean => args.includes("-D");

const ADDRESSES = JSON.stringify([
  {
    ...{ ifindex: 2, ifname: "it", flags: [], mtu: 1500 },
    addr_info: [{ family: "inet", local: "10.9.9.9", prefixlen: 24, scope: "0", secondary: true }],
  },
]);

/** What a tool says where everything that `made` made is there. */
function answerTo({ tool, args }: Command, made: readonly Command[]): Answer {
  if (tool === "ip" && args.includes("addr")) return ADDRESSES;
  if (tool === "sysctl") return "0";
  if (!args.includes("-S")) return undefined;
  return made.map((command) => command.args.slice(command.args.indexOf("-A")).join(" ")).join("\n");
}

/** A command as its tool reads it. */
const asRead = (command: Command): unknown => [
  argv(command),
  command.input === undefined ? [] : readInput(command.tool, command.input),
];

const readInput = (tool: string, input: string): unknown =>
  tool === "nft" ? JSON.parse(input) : batchLines(input);

/** `value` with `name` in the place of what stood for it. */
function named(value: unknown, name: string): unknown {
  if (typeof value === "string") return value.replaceAll(STAND_IN, () => name);
  if (Array.isArray(value)) return value.map((item) => named(item, name));
  return isRecord(value)
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, named(item, name)]))
    : value;
}

/** Asserts of `value` for `field` that it is refused in clear words, or harmless. Tells which. */
function verdict(definition: Definition, good: Args, field: Field, value: unknown): "refused" | "harmless" {
  const mark = markFor(definition.kind);
  const given = field.put(good, value);
  const { args, problems } = checkArgs(definition, { ...given, mark });
  if (problems.length > 0) {
    const { problems: _, ...alone } = definition;
    const isSuited = checkArgs(alone, { ...given, mark }).problems.length === 0;
    expectClear(problems, isSuited ? undefined : field.propertyIn(given));
    return "refused";
  }
  // The engine keeps it as JSON, and gives it to the next check.
  expect(isDeepStrictEqual(JSON.parse(JSON.stringify(args)), args), "it comes back from the state").to.equal(
    true,
  );
  expect(checkArgs(definition, args)).to.deep.equal({ args, problems: [] });
  expect(definition.id(args)).to.be.a("string");
  expect(definition.claims(args)).to.be.an("array");
  const was = checked(definition, good, "it");
  const commands = commandsFor(definition, was, args);
  expect(commands.flatMap(dangersOf)).to.deep.equal([]);
  if (typeof value === "string") expectSameWords(definition, was, { args, field, value, commands });
  return "harmless";
}

/** `property` is named, or what holds it. A value that suits its field but not the others may be told of those. */
function expectClear(problems: readonly Problem[], property = ""): void {
  const names = problems.map((problem) => problem.property);
  const isNamed = names.some((name) => name.startsWith(property) || property.startsWith(name));
  expect(isNamed, `${JSON.stringify(names)} has ${property}`).to.equal(true);
  for (const { reason } of problems) {
    expect(reason).to.match(/^(is|has|may|needs|does|holds)\b.{4}/s);
    expect(reason).to.not.match(/Invalid|\[object|expected/);
  }
}

/** A name stays one word: the commands are those for a plain name with this one in its place. */
function expectSameWords(
  definition: Definition,
  was: Args,
  { args, field, value, commands }: { args: Args; field: Field; value: string; commands: readonly Command[] },
): void {
  if (field.valueIn(args) !== value || field.valueIn(was) === value) return;
  const plain = checkArgs(definition, field.put(args, standInFor(value)));
  if (plain.problems.length > 0) return;
  const name = value.replace(/^!/, "").replace(/\*$/, "");
  const expected = commandsFor(definition, was, plain.args).map((command) => named(asRead(command), name));
  expect(commands.map(asRead)).to.deep.equal(expected);
}

/** Text that is nearly right: a good value with something in it, or anything at all. */
const textFor = (good: unknown): fc.Arbitrary<string> => {
  const half = fc.integer({ min: 0xd800, max: 0xdfff }).map((code) => String.fromCharCode(code));
  const letter = fc.string({ unit: "binary", minLength: 1, maxLength: 1 });
  const unit = fc.oneof(letter, half, fc.constantFrom(..." \n\t\0\"'\\-#=@!*+%:/.0"));
  const some = fc.string({ unit, maxLength: 4 });
  const spoilt = fc.tuple(fc.nat(String(good).length), some).map(([at, junk]) => {
    const text = String(good);
    return text.slice(0, at) + junk + text.slice(at);
  });
  return fc.oneof(spoilt, some, fc.string({ unit, maxLength: 300 }));
};

describe("hardening", () => {
  for (const definition of definitions) {
    describe(definition.kind, () => {
      const fields = fieldsOf(definition.schema);
      const variants = variantsOf(definition);

      it("starts from good arguments that set every field", () => {
        for (const good of variants) checked(definition, good);
        const unset = fields.filter((field) => !variants.some((good) => field.isIn(good)));
        expect(unset.map(({ name }) => name)).to.deep.equal([]);
      });

      for (const field of fields) {
        for (const good of variants.filter((variant) => field.isIn(variant))) {
          const title = `${field.name}, where it is ${JSON.stringify(field.valueIn(good))}`;

          it(`${title}: nasty values are refused in clear words or harmless`, () => {
            // A key is always text.
            const values = field.isKey ? nastyTexts : [...nastyTexts, ...nastyNumbers, ...nastyOthers];
            const verdicts = values.map((value) =>
              withValue(value, () => verdict(definition, good, field, value)),
            );
            expect(verdicts).to.include("refused");
          });

          it(`${title}: so is any text`, () => {
            fc.assert(
              fc.property(
                textFor(field.valueIn(good)),
                (text) => void verdict(definition, good, field, text),
              ),
              { numRuns: 150 },
            );
          });
        }
      }
    });
  }
});

/** Says in a failure which value it was. */
function withValue<T>(value: unknown, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const text = typeof value === "number" ? String(value) : JSON.stringify(value);
    if (error instanceof Error) error.message = `${text.slice(0, 80)}: ${error.message}`;
    throw error;
  }
}
