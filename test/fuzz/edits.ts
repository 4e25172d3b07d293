import fc from "fast-check";
import { pick } from "./arbitraries/common";
import { growths } from "./arbitraries/program";
import { mixed, renamed } from "./changes";
import { inserted, joined } from "./composites";
import { freshName, type Item, type Program, picked } from "./program";
import { settle } from "./settle";

/** An edit of a program before the next `pulumi up`. */
export interface Edit {
  apply(program: Program): Program;
}

const growth = fc.oneof(...growths.map(([growth]) => growth));

const addition = growth.map(
  (growth): Edit => ({ apply: (program) => inserted(program, joined(program, growth(program))) }),
);

const removal = pick.map(
  (at): Edit => ({ apply: (program) => program.filter((item) => item !== picked(program, at)) }),
);

/** Gives one field another value, or replaces the whole resource if that does not fit. */
const change = fc
  .record({ at: pick, field: pick, growths: fc.tuple(...growths.map(([growth]) => growth)) })
  .map(
    ({ at, field, growths }): Edit => ({
      apply(program) {
        const item = picked(program, at);
        if (!item) return program;
        const others = program.filter((other) => other !== item);
        const fresh = growths.map((growth) => growth(others)).find((grown) => grown?.kind === item.kind);
        if (!fresh) return program;
        const put = (changed: Item) => program.map((other) => (other === item ? changed : other));
        const byField = put(mixed(item, fresh, field));
        return settle(byField).length === program.length
          ? byField
          : put({ ...fresh, name: item.name, formerly: item.formerly, within: item.within });
      },
    }),
  );

/** Renames the resource, with an alias. */
const renaming = fc.record({ at: pick, keepsName: fc.boolean() }).map(
  ({ at, keepsName }): Edit => ({
    apply(program) {
      const item = picked(program, at);
      if (!item) return program;
      const taken = program.flatMap(({ name, formerly = name }) => [name, formerly]);
      return renamed(program, item, freshName(item.name.replace(/\d*$/, "-"), taken), keepsName);
    },
  }),
);

const rewording = pick.map(
  (at): Edit => ({
    apply: (program) =>
      program.map((item) => (item === picked(program, at) ? { ...item, byName: !item.byName } : item)),
  }),
);

export const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: addition },
    { weight: 3, arbitrary: removal },
    { weight: 8, arbitrary: change },
    { weight: 1, arbitrary: renaming },
    { weight: 1, arbitrary: rewording },
  ),
  { minLength: 0, maxLength: 8, size: "max" },
);

/** The program after all edits, without those that the kernel could not follow. */
export const edited = (before: Program, edits: readonly Edit[]): Program =>
  edits.reduce((program, edit) => settle(edit.apply(program), before), before);
