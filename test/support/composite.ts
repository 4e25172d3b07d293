import { expect } from "chai";
import { type CheckedPart, checkedPartsOf } from "../../provider/composites/checkedParts";
import type { Composite } from "../../provider/composites/composite";
import * as engine from "../../provider/composites/lifecycle";
import { checkArgs } from "../../provider/engine/check";
import type { Args } from "../../provider/engine/definition";
import { birthGroup } from "../../provider/kinds/links/identity";
import { withFacts } from "../../provider/linux/host/currentFacts";
import { markFor, printed } from "./args";
import { HERE } from "./fakeHost";

/** Arguments of a composite as `check` passes them on. Nothing is claimed, because claims last as long as the process. */
export function checkedComposite(composite: Composite, given: Args, name = "it"): Args {
  const { args, problems } = withFacts(HERE.facts, () =>
    checkArgs(composite, { ...given, mark: markFor(composite.kind, name) }),
  );
  expect(problems).to.deep.equal([]);
  expect(checkedPartsOf(composite, args).flatMap((part) => part.problems)).to.deep.equal([]);
  return args;
}

/** The problems that `check` finds, each as `property: reason`. */
export const compositeProblems = (composite: Composite, given: Args, name = "it"): string[] =>
  engine
    .check(composite, HERE, { ...given, mark: markFor(composite.kind, name) })
    .problems.map(({ property, reason }) => `${property}: ${reason}`);

/** The creation commands of each part, by key. `MARK`, `GROUP` and `MAC` stand for the values derived from its mark. */
export const creationOf = (composite: Composite, given: Args): Record<string, string[]> =>
  Object.fromEntries(
    checkedPartsOf(composite, checkedComposite(composite, given)).map((part) => [part.key, commandsOf(part)]),
  );

const commandsOf = ({ definition, checked }: CheckedPart): string[] =>
  printed(definition.create(checked)).map((text) =>
    text
      .replaceAll(String(checked["mark"]), "MARK")
      .replaceAll(birthGroup(String(checked["mark"])), "GROUP")
      .replace(/address 02:\S+/g, "address MAC"),
  );

/** The dependencies of each part, by keys. */
export const ownersIn = (composite: Composite, given: Args): Record<string, readonly string[]> =>
  Object.fromEntries(
    checkedPartsOf(composite, checkedComposite(composite, given)).map(({ key, on }) => [key, on]),
  );
