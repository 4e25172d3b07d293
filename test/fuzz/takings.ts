import fc from "fast-check";
import { pick } from "./arbitraries/common";
import { folds } from "./arbitraries/composites";
import { renamed } from "./changes";
import { claimsOf } from "./claims";
import type { Edit } from "./edits";
import { freshName, type Item, type Kind, type Program, picked, pickedByKind } from "./program";
import { rotated } from "./rotations";
import { settle } from "./settle";

/** Edits after which one resource takes over the objects of another one in the same run. */

/** Renames a resource without an alias. */
const renaming = pick.map(
  (at): Edit => ({
    apply(program) {
      const item = pickedByKind(program.filter(isAlone), at);
      if (!item) return program;
      const taken = program.flatMap(({ name, formerly = name }) => [name, formerly]);
      const to = freshName(item.name.replace(/\d*$/, "-"), taken);
      return renamed(program, item, to, true).map((one) =>
        one.name === to ? { ...one, isSilent: true } : one,
      );
    },
  }),
);

const rotation = fc
  .record({ at: pick, field: pick })
  .map(({ at, field }): Edit => ({ apply: (program) => rotated(program, at, field) }));

/** Turns single resources into a Node or a Topology. */
const folding = folds.map(
  (folds): Edit => ({
    apply: (program) =>
      moved(
        program,
        folds.reduce<Program>((current, fold) => fold(current), program),
      ),
  }),
);

/** Turns a Node or a Topology into single resources. */
const unfolding = pick.map(
  (at): Edit => ({
    apply(program) {
      const home = picked(
        program.filter(({ kind }) => kind === "Node" || kind === "Topology"),
        at,
      );
      if (!home) return program;
      const parts = program.filter((one) => one !== home);
      return moved(
        program,
        parts.map((one) => (one.within === home.name ? { ...one, within: undefined } : one)),
      );
    },
  }),
);

/** Kinds that are lists in a Node or a Topology. */
const LISTED: readonly Kind[] = ["Address", "Route", "Neighbor", "PolicyRule"];

/** Another order of what is in the lists of a Node or a Topology. */
const reordering = fc.record({ at: pick, by: pick }).map(
  ({ at, by }): Edit => ({
    apply(program) {
      const isListed = ({ kind, within }: Item) => within !== undefined && LISTED.includes(kind);
      const item = picked(program.filter(isListed), at);
      const others = program.filter((one) => one.kind === item?.kind && one.within === item.within);
      const turned = others.map((_, index) => others[(index + 1 + by) % others.length]);
      return program.map((one) => turned[others.indexOf(one)] ?? one);
    },
  }),
);

const isAlone = ({ within }: Item): boolean => within === undefined;

/** Lets every resource that moves between composites take over its former objects. */
function moved(before: Program, program: Program): Program {
  const home = (one: Item) => before.find(({ kind, name }) => kind === one.kind && name === one.name)?.within;
  return program.map((one) => (home(one) === one.within ? one : { ...one, takesOver: true }));
}

const MOST = 6;

export const takings: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: renaming },
    { weight: 3, arbitrary: rotation },
    { weight: 1, arbitrary: folding },
    { weight: 1, arbitrary: unfolding },
    { weight: 1, arbitrary: reordering },
  ),
  { minLength: 0, maxLength: MOST, size: "max" },
);

/** The program after the edits, without those that the kernel could not follow. */
export function takenOver(program: Program, before: Program, takings: readonly Edit[]): Program {
  const last = takings.reduce((current, edit) => {
    const next = edit.apply(current);
    return settle(next, before).length === next.length ? next : current;
  }, program);
  return last.map((item) => (isTheSame(item, last, before) ? item : { ...item, isSilent: undefined }));
}

/** Whether a resource without an alias has the same kernel objects as before. */
function isTheSame(item: Item, program: Program, before: Program): boolean {
  const was = before.find(({ kind, name }) => kind === item.kind && name === item.formerly);
  return was !== undefined && claimsOf(before, was).join() === claimsOf(program, item).join();
}

/**
 * Two programs instead of one, if a resource cannot take over another one's objects in place. The first lacks every resource that takes
 * something over.
 */
export function inTwoRuns(program: Program, before: Program): readonly [Program, Program] {
  const isPlain = ({ isSilent }: Item) => !isSilent;
  const first = settle(
    program.filter(isPlain).map((item) => ({ ...item, takesOver: undefined })),
    before,
  );
  const second = program.map((item) => ({
    ...item,
    ...{ formerly: undefined, isSilent: undefined, takesOver: undefined },
  }));
  return [first, settle(second, first)];
}
