import fc from "fast-check";
import type { Item, Program } from "../program";
import { settle } from "../settle";
import { addresses } from "./address";
import type { Growth } from "./common";
import { folds } from "./composites";
import { filterRules } from "./filterRule";
import { bridges, cables, namespaces, singleLinks } from "./links";
import { natRules } from "./natRule";
import { neighbors } from "./neighbor";
import { policyRules } from "./policyRule";
import { routes } from "./route";
import { sysctls } from "./sysctl";

/** With composites up to thirty. */
const MOST = 27;

/** Growths of every kind, and the largest number of each in a first program. */
export const growths: readonly (readonly [growth: fc.Arbitrary<Growth>, most: number])[] = [
  [namespaces, 4],
  [bridges, 4],
  [cables, 8],
  [singleLinks, 4],
  [addresses, 10],
  [routes, 8],
  [neighbors, 4],
  [policyRules, 4],
  [natRules, 5],
  [filterRules, 5],
  [sysctls, 4],
];

/**
 * In the order in which people declare things: referenced resources first, and addresses before routes and neighbours. Some of them
 * become parts of Nodes and Topologies.
 */
export const programs: fc.Arbitrary<Program> = fc
  .record({
    kinds: fc.tuple(...growths.map(([growth, most]) => fc.array(growth, { maxLength: most, size: "max" }))),
    folds,
  })
  .map(({ kinds, folds }) => {
    const single = settle(kinds.flat().reduce(grown, [])).slice(0, MOST);
    return settle(folds.reduce<Program>((program, fold) => fold(program), single));
  });

/** A program with one more resource, if it fits. */
function grown(program: Program, growth: Growth): Program {
  const item: Item | undefined = growth(program);
  return item === undefined ? program : [...program, item];
}
