import { isDeepStrictEqual } from "node:util";
import { expect } from "chai";
import fc from "fast-check";
import { assertions } from "../../provider/assertions";
import type { Assertion } from "../../provider/assertions/assertion";
import { composites } from "../../provider/composites";
import { isRecord } from "../../provider/engine/check";
import type { Args, Definition, Problem } from "../../provider/engine/definition";
import { definitions } from "../../provider/kinds";
import { argv, type Command } from "../../provider/linux/command";
import { batchLines, dangersOf } from "../support/commandSafety";
import { FakeHost } from "../support/fakeHost";
import { type Field, fieldsOf } from "../support/fields";
import { goodArgs } from "../support/goodArgs";
import { hostileNumbers, hostileOthers, hostileTexts, STAND_IN, standInFor } from "../support/hostileValues";
import { manifold, type Subject, single } from "../support/subject";

/** A command as its tool reads it. */
const asRead = (command: Command): unknown => [
  // Words after a probe.
  argv(command).map((word, at, words) =>
    command.tool === "node" && at === words.length - 1 ? JSON.parse(word) : word,
  ),
  command.input === undefined ? [] : readInput(command.tool, command.input),
];

const readInput = (tool: string, input: string): unknown =>
  tool === "nft" ? JSON.parse(input) : batchLines(input);

/** `value` with `name` in place of its stand-in. */
function named(value: unknown, name: string): unknown {
  if (typeof value === "string") return value.replaceAll(STAND_IN, () => name);
  if (Array.isArray(value)) return value.map((item) => named(item, name));
  return isRecord(value)
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, named(item, name)]))
    : value;
}

/** Asserts that `value` for `field` is refused in clear words, or harmless. Returns which. */
function verdict(subject: Subject, good: Args, field: Field, value: unknown): "refused" | "harmless" {
  const given = field.put(good, value);
  const { args, problems } = subject.check(given);
  if (problems.length > 0) {
    expectClear(problems, subject.isSuited(given) ? undefined : field.propertyIn(given));
    return "refused";
  }
  // The engine keeps it as JSON, and passes it to the next check.
  expect(isDeepStrictEqual(JSON.parse(JSON.stringify(args)), args), "it comes back from the state").to.equal(
    true,
  );
  expect(subject.check(args)).to.deep.equal({ args, problems: [] });
  expect(subject.id(args)).to.be.a("string");
  expect(subject.objectNames(args)).to.be.an("array");
  const commands = subject.commands(good, args);
  expect(commands.flatMap(dangersOf)).to.deep.equal([]);
  if (typeof value === "string") expectSameWords(subject, good, { args, field, value, commands });
  return "harmless";
}

/** The error names `property` or its parent. A valid value that does not suit other fields may name those. */
function expectClear(problems: readonly Problem[], property = ""): void {
  const names = problems.map((problem) => problem.property);
  const isNamed = names.some((name) => name.startsWith(property) || property.startsWith(name));
  expect(isNamed, `${JSON.stringify(names)} has ${property}`).to.equal(true);
  for (const { reason } of problems) {
    expect(reason).to.match(/^(is|has|may|needs|does|holds)\b.{4}/s);
    expect(reason).to.not.match(/Invalid|\[object|expected/);
  }
}

/** A name stays one word: the commands equal those for a plain name with this one in its place. */
function expectSameWords(
  subject: Subject,
  good: Args,
  { args, field, value, commands }: { args: Args; field: Field; value: string; commands: readonly Command[] },
): void {
  if (field.valueIn(args) !== value || field.valueIn(subject.check(good).args) === value) return;
  const plain = subject.check(field.put(args, standInFor(value)));
  if (plain.problems.length > 0) return;
  const name = value.replace(/^!/, "").replace(/\*$/, "");
  const expected = subject.commands(good, plain.args).map((command) => named(asRead(command), name));
  expect(commands.map(asRead)).to.deep.equal(expected);
}

/** Almost valid text: a good value with an insertion, or anything at all. */
const textFor = (good: unknown): fc.Arbitrary<string> => {
  const half = fc.integer({ min: 0xd800, max: 0xdfff }).map((code) => String.fromCharCode(code));
  const letter = fc.string({ unit: "binary", minLength: 1, maxLength: 1 });
  const unit = fc.oneof(letter, half, fc.constantFrom(..." \n\t\0\"'\\-#=@!*+%:/.0"));
  const some = fc.string({ unit, maxLength: 4 });
  const text = isRecord(good) ? "" : String(good);
  const spoilt = fc
    .tuple(fc.nat(text.length), some)
    .map(([at, junk]) => text.slice(0, at) + junk + text.slice(at));
  return fc.oneof(spoilt, some, fc.string({ unit, maxLength: 300 }));
};

/** An assertion as a definition that creates nothing and begins with the same look. */
const asDefinition = (assertion: Assertion): Definition => ({
  ...assertion,
  identity: "",
  onChange: {},
  objectNames: () => [],
  probe(args) {
    const asked: Command[] = [];
    const run = (command: Command) => {
      asked.push(command);
      return new Promise<string>(() => {});
    };
    void assertion.look(Object.assign(new FakeHost(), { run }), args);
    return asked;
  },
  parse: () => undefined,
  create: () => [],
  update: () => [],
  remove: () => [],
});

/** Names within the program, which no tool reads. */
const FREE = /\b(nat|filter)\{key\}$/;

const SUBJECTS = [
  ...definitions.map((definition) => ({ subject: single(definition), runs: 150, places: Infinity })),
  ...assertions.map((assertion) => ({
    subject: single(asDefinition(assertion)),
    runs: 150,
    places: Infinity,
  })),
  // Their parts are single kinds with these very schemas.
  ...composites.map((composite) => ({ subject: manifold(composite), runs: 10, places: 1 })),
];

describe("hardening", () => {
  for (const { subject, runs, places } of SUBJECTS) {
    describe(subject.kind, () => {
      const fields = fieldsOf(subject.schema);
      const variants = goodArgs[subject.kind] ?? [];

      it("starts from good arguments that set every field", () => {
        for (const good of variants) expect(subject.check(good).problems).to.deep.equal([]);
        const unset = fields.filter((field) => !variants.some((good) => field.isIn(good)));
        expect(unset.map(({ name }) => name)).to.deep.equal([]);
      });

      for (const field of fields) {
        for (const good of variants.filter((variant) => field.isIn(variant)).slice(0, places)) {
          const title = `${field.name}, where it is ${JSON.stringify(field.valueIn(good))}`;

          it(`${title}: hostile values are refused in clear words or harmless`, () => {
            // A key is always text.
            const values = field.isKey
              ? hostileTexts
              : [...hostileTexts, ...hostileNumbers, ...hostileOthers];
            const verdicts = values.map((value) =>
              withValue(value, () => verdict(subject, good, field, value)),
            );
            if (!FREE.test(field.name)) expect(verdicts).to.include("refused");
          });

          it(`${title}: any text is refused in clear words or harmless`, () => {
            fc.assert(
              fc.property(textFor(field.valueIn(good)), (text) => void verdict(subject, good, field, text)),
              { numRuns: runs },
            );
          });
        }
      }
    });
  }
});

/** Names the value in a failure. */
function withValue<T>(value: unknown, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const text = typeof value === "number" ? String(value) : JSON.stringify(value);
    if (error instanceof Error) error.message = `${text.slice(0, 80)}: ${error.message}`;
    throw error;
  }
}
