import { isDeepStrictEqual } from "node:util";
import { checkArgs } from "../engine/check";
import { claim } from "../engine/claims";
import type { Args, Problem } from "../engine/definition";
import { type Disruption, disruptedNeeds, noteDisruption } from "../engine/dependents";
import * as single from "../engine/lifecycle";
import { keyOf } from "../engine/observe";
import { propertiesOf, stateIn } from "../engine/state";
import { hasUnknown } from "../engine/unknown";
import { messageOf, PartialError, PartsError } from "../linux/errors";
import { withFacts } from "../linux/host/currentFacts";
import type { Host } from "../linux/host/host";
import type { HostId, HostToCheck } from "../linux/host/perHost";
import type { Former } from "../linux/host/records";
import { type CheckedPart, checkedPartsOf, hasNotes, problemOf, takesAlong } from "./checkedParts";
import type { Composite } from "./composite";
import { observedState } from "./driftState";
import { asFarAsObserved, lineOf, withObservedOrder } from "./lists";
import { printPath } from "./paths";
import { isEmpty, type Plan, planOf } from "./plan";
import { type Failure, inOrder, queues, reversed } from "./schedule";
import { stateAfter } from "./stateAfter";

/** The lifecycle of a list of parts. Each part runs through `provider/engine/lifecycle.ts`. */

/** Validates the composite and its known parts. Refuses duplicates and objects that another resource has claimed. */
export function check(composite: Composite, host: HostToCheck, news: Args): single.Checked {
  const { args, parts, problems } = withFacts(host.facts, () => inspect(composite, news));
  if (problems.length > 0) return { args, recreated: [], problems };
  const claimed = parts.map((part) => ({ part, problems: claim(part.definition, host, part.checked) }));
  const lost = parts.map((part) => ({
    part,
    ...disruptedNeeds(part.definition, host, part.checked, args["mark"]),
  }));
  return {
    args,
    recreated: lost.flatMap(({ recreated }) => recreated),
    problems: [...claimed, ...lost].flatMap(({ part, problems: found }) =>
      found.map((problem) => problemOf(composite, part, problem)),
    ),
  };
}

/** Validates the arguments alone. Returns the known parts if there are no problems. */
export function inspect(
  composite: Composite,
  news: Args,
): { args: Args; parts: readonly CheckedPart[]; problems: readonly Problem[] } {
  const { args, problems } = checkArgs(composite, news);
  if (problems.length > 0) return { args, parts: [], problems };
  const parts = checkedPartsOf(composite, args);
  const wrong = [
    ...parts.flatMap((part) => part.problems.map((problem) => problemOf(composite, part, problem))),
    ...twins(composite, parts),
  ];
  return { args, parts, problems: wrong };
}

function twins(composite: Composite, parts: readonly CheckedPart[]): Problem[] {
  const first = new Map<string, CheckedPart>();
  return parts.flatMap((part) => {
    const twin = first.get(part.key);
    if (!twin) first.set(part.key, part);
    const { identity } = part.definition;
    const reason = `is the same as ${printPath(twin?.entry ?? [])}: drop one of them`;
    return twin ? [problemOf(composite, part, { property: identity, reason })] : [];
  });
}

/** Compares `olds`, the state, with `news`. `recreated` is that of `check`. */
export function diff(
  composite: Composite,
  host: HostId,
  olds: Args,
  news: Args,
  recreated: readonly string[] = [],
) {
  const replaces = composite.replaceOn.filter((field) => !isDeepStrictEqual(olds[field], news[field]));
  const isAsked = isOther(composite, olds, news) || recreated.length > 0;
  // A replacement of the composite recreates its dependents anyway. Equal arguments produce equal parts, so only notes can
  // reveal a difference.
  const isPlanned = replaces.length === 0 && !hasUnknown(news) && (isAsked || hasNotes(olds));
  const plan = isPlanned ? planOf(composite, host, olds, news) : NOTHING;
  noteDisruption(host, String(news["mark"]), plan.disruption);
  return {
    changes: replaces.length > 0 || isAsked || !isEmpty(plan),
    replaces: [...replaces],
    // Object names are unique in the kernel, so the old objects must be deleted before their replacements are created.
    deleteBeforeReplace: true,
  };
}

const NOTHING: Plan = {
  ...{ gone: [], made: [], changed: [], moved: new Map(), same: [] },
  disruption: { deleted: [], recreated: [] },
};

const isOther = (composite: Composite, olds: Args, news: Args): boolean =>
  ["mark", ...Object.keys(composite.schema.shape)].some(
    (field) => !isDeepStrictEqual(olds[field], news[field]),
  ) || hasUnknown(news);

/** Creates every part that can be created. If none could be, the creation fails without leaving a state. */
export async function create(composite: Composite, host: Host, args: Args): Promise<single.Result> {
  const made = checkedPartsOf(composite, args);
  return apply(composite, host, args, args, { ...NOTHING, made });
}

/** Updates each part by its differences alone. `olds` is the state. */
export async function update(
  composite: Composite,
  host: Host,
  olds: Args,
  args: Args,
): Promise<single.Result> {
  return apply(composite, host, olds, args, planOf(composite, host, olds, args));
}

/** Returns the state with every part as found, or `undefined` if the composite is gone. */
export async function read(composite: Composite, host: Host, state: Args) {
  const parts = checkedPartsOf(composite, state);
  const found = new Map<string, Args | undefined>();
  let owesHost = false;
  const failures = await inOrder(
    parts.map((part) => ({ ...part, on: [] })),
    async (part) => {
      const hasFailed = part.note.failed === true;
      if (await isOwedToHost(part, host)) owesHost = true;
      const result = await single.read(part.definition, host, stateOf(part), hasFailed);
      found.set(part.key, result?.inputs);
    },
  );
  if (failures.length > 0) throw new PartsError(reasonsOf(composite, failures));
  if (!owesHost && isGone(parts, found)) return undefined;
  const observed = observedState(composite, state, parts, found);
  const there = parts.filter(({ key }) => found.get(key));
  const inputs = await withObservedOrder(composite, host, observed.inputs, there);
  return { id: composite.id(state), inputs, state: { ...observed.state, ...inputs } };
}

/** Whether the composite is gone: the part of its main entry is missing, or all parts are. */
function isGone(parts: readonly CheckedPart[], found: ReadonlyMap<string, Args | undefined>): boolean {
  const isMissing = ({ key }: CheckedPart) => !found.get(key);
  // Objects that always exist prove nothing.
  const own = parts.filter(({ definition }) => !definition.ownership.isShared);
  return (
    own.some((part) => part.entry.length === 0 && isMissing(part)) || (own.length > 0 && own.every(isMissing))
  );
}

/** Whether a value of the host must be restored, according to its record. A reboot restores it and deletes the record. */
async function isOwedToHost(part: CheckedPart, host: Host): Promise<boolean> {
  const { definition } = part;
  const state = stateOf(part);
  if (!definition.ownership.isShared || state["namespace"] !== undefined) return false;
  const mark = String(state["mark"]);
  const records = await host.records.find(keyOf(definition, state), mark);
  return records.some((record) => record.mark === mark);
}

/** Removes every part that can be removed. */
export async function remove(composite: Composite, host: Host, state: Args): Promise<void> {
  const failures = await removeAll(host, checkedPartsOf(composite, state));
  if (failures.length > 0) throw new PartsError(reasonsOf(composite, failures));
}

async function apply(
  composite: Composite,
  host: Host,
  olds: Args,
  args: Args,
  plan: Plan,
  isAgain = false,
): Promise<single.Result> {
  const left = await removeAll(host, plan.gone);
  const formers = new Map<string, Former | undefined>();
  const before = new Map(plan.changed.map(({ was, part }) => [part.key, was]));
  const work = [...plan.made, ...plan.changed.map(({ part }) => part)];
  const inLine = queues(lineOf);
  const bringOne = (part: CheckedPart) =>
    inLine(part, () => bring(host, part, before.get(part.key), formers, plan.moved.get(part.key)));
  const failures = await inOrder(work, bringOne, left);
  const state = stateAfter(composite, olds, args, plan, {
    formers,
    left: left.map(({ item }) => item),
    failed: new Set(failures.map(({ item }) => item.key)),
  });
  const id = composite.id(args);
  if (left.length + failures.length === 0) {
    return isAgain ? { id, state } : inListOrder(composite, host, { id, state }, args, plan);
  }
  const reasons = [...reasonsOf(composite, [...left, ...failures]), ...warningOf(plan.disruption)];
  // Nothing exists, so a state would be wrong.
  if (plan.made.length === failures.length && formers.size === 0 && plan.same.length === 0)
    throw new PartsError(reasons);
  const there = checkedPartsOf(composite, state).filter(
    ({ key }) => !failures.some(({ item }) => item.key === key),
  );
  // Failed parts may have left others out of order. The next run finds that in the state.
  throw new PartialError(id, await asFarAsObserved(composite, host, state, there), reasons);
}

/** Corrects the order at once if an earlier address precedes a new one. */
async function inListOrder(
  composite: Composite,
  host: Host,
  { id, state }: single.Result,
  args: Args,
  plan: Plan,
): Promise<single.Result> {
  if (!plan.made.some((part) => lineOf(part) !== undefined)) return { id, state };
  const observed = await withObservedOrder(composite, host, state, checkedPartsOf(composite, state));
  if (isDeepStrictEqual(observed, state)) return { id, state };
  return apply(composite, host, observed, args, planOf(composite, host, observed, args), true);
}

/** Lists the recreated objects, because the next run no longer knows them and this run skips their dependents. */
function warningOf({ recreated }: Disruption): string[] {
  const objects = recreated.filter((object) => /^(link|namespace) /.test(object));
  if (objects.length === 0) return [];
  return [`other resources may have lost objects on ${objects.join(", ")}: run \`pulumi up --refresh\``];
}

/** Creates or updates a part and notes its former state. An address that moves is deleted first. */
async function bring(
  host: Host,
  { key, definition, checked }: CheckedPart,
  was: CheckedPart | undefined,
  formers: Map<string, Former | undefined>,
  moved: CheckedPart | undefined,
): Promise<void> {
  try {
    if (moved) await single.remove(moved.definition, host, stateOf(moved));
    const { state } = was
      ? await single.update(definition, host, stateOf(was), checked)
      : await single.create(definition, host, checked);
    formers.set(key, stateIn(definition, state).former);
  } catch (error) {
    // The part exists and must be restored eventually.
    if (error instanceof PartialError) formers.set(key, stateIn(definition, error.properties).former);
    throw error;
  }
}

/**
 * Removes parts, each after its dependents. Parts that the kernel deletes with another need no removal. Returns the parts
 * that may still exist, in the order of `parts`.
 */
async function removeAll(
  host: Host,
  parts: readonly CheckedPart[],
): Promise<readonly Failure<CheckedPart>[]> {
  const byKey = new Map(parts.map((part) => [part.key, part]));
  const takerOf = ({ on, definition, note }: CheckedPart): string | undefined =>
    note.former
      ? undefined
      : on.find((key) => {
          const owner = byKey.get(key);
          return owner && !owner.note.former && takesAlong(owner.definition, definition);
        });
  const direct = parts.filter((part) => takerOf(part) === undefined);
  const failures = await inOrder(reversed(direct), (part) =>
    single.remove(part.definition, host, stateOf(part)),
  );
  const errors = new Map(failures.map(({ item, error }) => [item.key, error]));
  for (const part of parts) {
    if (errors.has(takerOf(part) ?? "")) errors.set(part.key, undefined);
  }
  return parts.filter(({ key }) => errors.has(key)).map((item) => ({ item, error: errors.get(item.key) }));
}

/** Returns the state that a separate resource would have. */
const stateOf = ({ checked, note: { former } }: CheckedPart): Args =>
  propertiesOf({ args: checked, outputs: {}, former });

/** Formats the reasons why parts failed, each with its place. */
const reasonsOf = (composite: Composite, failures: readonly Failure<CheckedPart>[]): string[] =>
  failures
    .filter(({ error }) => error !== undefined)
    .map(({ item, error }) => `${printPath(item.entry) || composite.identity}: ${messageOf(error)}`);
