import fc from "fast-check";
import { folded } from "../composites";
import { freshName, ofKind, type Program, picked } from "../program";
import { byName, namesIn, pick } from "./common";

/** Turns items of a program into parts of a composite. */
type Fold = (program: Program) => Program;

/** A namespace and its content. */
const nodes = fc.record({ byName, at: pick }).map(
  ({ byName, at }): Fold =>
    (program) => {
      const room = picked(
        ofKind(program, "Namespace").filter(({ within }) => within === undefined),
        at,
      );
      if (!room) return program;
      const name = freshName("node", namesIn(program));
      const home = { kind: "Node", name, formerly: undefined, byName, args: {} } as const;
      return folded(program, home, (item) => item.kind !== "Namespace" || item === room);
    },
);

/** Some namespaces and bridges with their content. */
const topologies = fc.record({ byName, mask: fc.nat({ max: 255 }) }).map(
  ({ byName, mask }): Fold =>
    (program) => {
      const name = freshName("lab", namesIn(program));
      const home = { kind: "Topology", name, formerly: undefined, byName, args: {} } as const;
      return folded(program, home, (_, at) => at >= 8 || (mask & (1 << at)) !== 0);
    },
);

/** Most programs have composites. */
export const folds: fc.Arbitrary<readonly Fold[]> = fc.oneof(
  { weight: 1, arbitrary: fc.constant([]) },
  {
    weight: 3,
    arbitrary: fc.array(fc.oneof(nodes, topologies), { minLength: 1, maxLength: 3, size: "max" }),
  },
);
