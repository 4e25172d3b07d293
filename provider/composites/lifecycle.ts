import { isDeepStrictEqual } from "node:util";
import { checkArgs } from "../engine/check";
import { claim } from "../engine/claims";
import type { Args, Problem } from "../engine/definition";
import { type Disruption, disruptedNeeds, isRemade, noteDisruption, withRemade } from "../engine/dependents";
import * as single from "../engine/lifecycle";
import { keyOf } from "../engine/observe";
import { hasUnknown } from "../engine/unknown";
import { messageOf, PartialError, PartsError } from "../linux/errors";
import { withFacts } from "../linux/host/currentFacts";
import type { Host } from "../linux/host/host";
import type { HostId, HostToCheck } from "../linux/host/perHost";
import { type Former, formerIn } from "../linux/host/records";
import { type CheckedPart, checkedPartsOf, hasNotes, problemOf, takesAlong } from "./checkedParts";
import type { Composite } from "./composite";
import { observedState } from "./driftState";
import { asFarAsObserved, lineOf, withObservedOrder } from "./lists";
import { printPath } from "./paths";
import { isEmpty, type Plan, planOf } from "./plan";
import { type Failure, inOrder, queues, reversed } from "./schedule";
import { stateAfter } from "./stateAfter";

/** What `provider/engine/lifecycle.ts` does for one object, for a list of them: each part by that very engine. */

/** Validates the whole and each part that is known; refuses what is there twice, or another resource has claimed. */
export function check(
  composite: Composite,
  host: HostToCheck,
  news: Args,
): { args: Args; problems: readonly Problem[] } {
  const { args, parts, problems } = withFacts(host.facts, () => inspect(composite, news));
  if (problems.length > 0) return { args, problems };
  const claimed = parts.map((part) => ({ part, problems: claim(part.definition, host, part.checked) }));
  const lost = parts.map((part) => ({
    part,
    ...disruptedNeeds(part.definition, host, part.checked, args["mark"]),
  }));
  return {
    args: withRemade(
      args,
      lost.flatMap(({ remade }) => remade),
    ),
    problems: [...claimed, ...lost].flatMap(({ part, problems: found }) =>
      found.map((problem) => problemOf(composite, part, problem)),
    ),
  };
}

/** What `check` finds in the arguments alone, and the parts that are known once all is well by itself. */
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

/** What a change of arguments means. `olds` is the state, `news` comes from `check`. */
export function diff(composite: Composite, host: HostId, olds: Args, news: Args) {
  const replaces = composite.replaceOn.filter((field) => !isDeepStrictEqual(olds[field], news[field]));
  const isAsked = isOther(composite, olds, news);
  // What hangs on the whole is replaced with it anyway. The same arguments make the same parts; only notes can tell that they
  // are not as they should be.
  const isPlanned = replaces.length === 0 && !hasUnknown(news) && (isAsked || hasNotes(olds));
  const plan = isPlanned ? planOf(composite, host, olds, news) : NOTHING;
  noteDisruption(host, String(news["mark"]), plan.disruption);
  return {
    changes: replaces.length > 0 || isAsked || !isEmpty(plan),
    replaces: [...replaces],
    // The kernel knows objects by name: the old ones must go before the new ones come.
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
  ) ||
  hasUnknown(news) ||
  isRemade(news);

/** Makes every part that can be made. Where nothing at all could, it is as if nothing had been asked. */
export async function create(composite: Composite, host: Host, args: Args): Promise<single.Result> {
  const made = checkedPartsOf(composite, args);
  return apply(composite, host, args, args, { ...NOTHING, made });
}

/** Brings each part to what is asked, changing only the difference. `olds` is the state. */
export async function update(
  composite: Composite,
  host: Host,
  olds: Args,
  args: Args,
): Promise<single.Result> {
  return apply(composite, host, olds, args, planOf(composite, host, olds, args));
}

/** The state with every part as it really is; `undefined` when it is gone as a whole. */
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

/** Without the part that its whole entry stands for, or without any, there is no such thing. */
function isGone(parts: readonly CheckedPart[], found: ReadonlyMap<string, Args | undefined>): boolean {
  const isMissing = ({ key }: CheckedPart) => !found.get(key);
  // What is always there proves nothing.
  const own = parts.filter(({ definition }) => !definition.isShared);
  return (
    own.some((part) => part.entry.length === 0 && isMissing(part)) || (own.length > 0 && own.every(isMissing))
  );
}

/** Whether a value of the host is to be set back, as its record says. A reboot has done so, and left no record. */
async function isOwedToHost(part: CheckedPart, host: Host): Promise<boolean> {
  const { definition } = part;
  const state = stateOf(part);
  if (!definition.isShared || state["namespace"] !== undefined) return false;
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
  // A state would only tell of what is not there.
  if (plan.made.length === failures.length && formers.size === 0 && plan.same.length === 0)
    throw new PartsError(reasons);
  const there = checkedPartsOf(composite, state).filter(
    ({ key }) => !failures.some(({ item }) => item.key === key),
  );
  // Parts that failed may have left others out of order: the next run finds that in the state.
  throw new PartialError(id, await asFarAsObserved(composite, host, state, there), reasons);
}

/** Puts lists in order at once where something made earlier stands before what was made now. */
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

/** The next run does not know any more what this one has made anew, and the run ends here for what hangs on it. */
function warningOf({ recreated }: Disruption): string[] {
  const objects = recreated.filter((object) => /^(link|namespace) /.test(object));
  if (objects.length === 0) return [];
  return [
    `what hangs on ${objects.join(", ")} in other resources may be gone: go on with \`pulumi up --refresh\``,
  ];
}

/** Makes a part, or changes what it was, and notes what it took over; what is moved goes first. */
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
    formers.set(key, formerIn(state));
  } catch (error) {
    // It is there, and has to be given back one day.
    if (error instanceof PartialError) formers.set(key, formerIn(error.properties));
    throw error;
  }
}

/**
 * Removes parts, each after what hangs on it; what the kernel takes along with another needs no removal. Gives those that
 * may be there still, in the order of `parts`.
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

/** What a resource of its own would have as its state. */
const stateOf = ({ checked, note: { former } }: CheckedPart): Args => ({
  ...checked,
  ...(former && { former }),
});

/** Why parts failed, each by its place. */
const reasonsOf = (composite: Composite, failures: readonly Failure<CheckedPart>[]): string[] =>
  failures
    .filter(({ error }) => error !== undefined)
    .map(({ item, error }) => `${printPath(item.entry) || composite.identity}: ${messageOf(error)}`);
