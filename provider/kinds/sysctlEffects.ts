import { type Command, command } from "../linux/command";
import type { OwnerRecord } from "../linux/host/records";
import type { Plan } from "../linux/plan";
import { parseSysctls, sysctlPath } from "../linux/read/sysctl";
import { readSysctls, writeSysctls } from "../linux/sysctl";
import { parameterOf, type Reach, reachOf } from "../linux/sysctlRelations";

/**
 * Changing one parameter changes others, which may have other owners. Their values are remembered before the change.
 * They are restored unless somebody has changed them since or another resource asks for another value.
 */

/** Values by paths or keys. */
export type Values = Readonly<Record<string, string>>;

/** The value that another resource gives a parameter in the same network namespace. */
export interface Claimed {
  /** The path that identifies the parameter. */
  readonly path: string;
  readonly value: string;
  /** The value before the change, and those of the parameters that changed with it. */
  readonly former: string | undefined;
  readonly sides: Values;
}

/** Returns the parameters in the records of a namespace, except those of `mark`. */
export const claimedIn = (records: readonly OwnerRecord[], mark: string): readonly Claimed[] =>
  records.flatMap(({ kind, mark: owner, args: { key, value }, former }) =>
    kind === "Sysctl" && owner !== mark && typeof key === "string"
      ? [
          {
            path: parameterOf(key),
            value: String(value),
            former: textIn(former?.args["value"]),
            sides: valuesIn(former?.args["sides"]),
          },
        ]
      : [],
  );

const textIn = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** Returns the texts among remembered values. */
export const valuesIn = (remembered: unknown): Values =>
  typeof remembered === "object" && remembered !== null
    ? Object.fromEntries(Object.entries(remembered).filter(([, value]) => typeof value === "string"))
    : {};

/** Returns the remembered values of other parameters, if any. */
export const sidesOf = ({ sides }: Readonly<Record<string, unknown>>): Values | undefined =>
  sides === undefined ? undefined : valuesIn(sides);

/** Reads the parameters that change along with `keys`. The answers are for `sidesIn`. */
export const readSides = (namespace: string | undefined, keys: readonly string[]): Command[] =>
  reaches(keys).map(({ reach: { folder, words } }) =>
    command("sysctl", namespace, [
      "--ignore",
      "--pattern",
      `^${folder.replaceAll("/", "[./]")}[./].+[./](${words.join("|")})$`,
      folder,
    ]),
  );

const reaches = (keys: readonly string[]): { key: string; reach: Reach }[] =>
  keys.flatMap((key) => {
    const reach = reachOf(key);
    return reach ? [{ key, reach }] : [];
  });

/** Returns the parameters that change along with `keys`, by path, from the answers to `readSides`. */
function sidesIn(answers: readonly (string | undefined)[], keys: readonly string[]): Values {
  const reached = reaches(keys);
  const found = answers.flatMap((answer) => [...parseSysctls(answer ?? "")]);
  return Object.fromEntries(found.filter(([path]) => reached.some(({ reach }) => reach.changes(path))));
}

/** Returns the same as a field of an observation, if there are any. */
export function observedSides(
  answers: readonly (string | undefined)[],
  keys: readonly string[],
): { sides?: Values } {
  const sides = sidesIn(answers, keys);
  return Object.keys(sides).length > 0 ? { sides } : {};
}

/** The value that these writes give a parameter. `undefined` if they do not reach it. */
const madeBy = (wrote: Values, path: string): string | undefined =>
  Object.entries(wrote)
    .map(([key, value]) => {
      const reach = reachOf(key);
      return reach?.changes(path) ? reach.valueOf(path, value) : undefined;
    })
    .find((value) => value !== undefined);

/** Returns the observed values that `asked` changes. */
const changing = (observed: Values, asked: Values): Values =>
  Object.fromEntries(
    Object.entries(observed).filter(([key, value]) => asked[key] !== undefined && asked[key] !== value),
  );

/** The observed and requested values of the parameters, and the values that change along with them. */
interface Change {
  readonly observed: Values;
  readonly asked: Values;
  readonly sides: Values;
}

/** Returns the values of other parameters to remember before a change. `known` are those of earlier changes. */
export function sidesBefore(
  { observed, asked, sides }: Change,
  known: Values | undefined,
  claimed: readonly Claimed[],
): Values | undefined {
  const was = changing(observed, asked);
  const own = new Set(Object.keys(asked).map(parameterOf));
  const found = Object.entries(sides).flatMap(([path, value]): [string, string][] => {
    const made = madeBy(was, path);
    if (made === undefined || own.has(path)) return [];
    // Either an earlier change set it and it is known, or it was created with this value.
    if (known && value === made) return [];
    // Another run may have written between the reads of the parameter and of this one. Its record tells what was before.
    return [[path, claimed.find((claim) => claim.path === path)?.former ?? originOf(path, value, claimed)]];
  });
  return known || found.length > 0 ? { ...known, ...Object.fromEntries(found) } : undefined;
}

/**
 * Returns the value of a parameter before any change of ours, even if another resource has changed it meanwhile.
 */
export function originOf(path: string, value: string, claimed: readonly Claimed[]): string {
  const cause = claimed.find((claim) => madeBy({ [claim.path]: claim.value }, path) === value);
  // A link that was created meanwhile started with the value of `default` then.
  return (
    cause?.sides[path] ?? cause?.sides[path.replace(/^(net\/ipv[46]\/conf)\/[^/]+/, "$1/default")] ?? value
  );
}

/**
 * Restores values that a change has overwritten and another resource asks for. Returns the values of `sides` that must
 * still be remembered. Values that the change has not reached are dropped.
 */
export function* settleSides(
  namespace: string | undefined,
  asked: Values,
  sides: Values | undefined,
  claimed: readonly Claimed[],
): Plan<Values | undefined> {
  const keys = Object.keys(asked);
  const looks = readSides(namespace, keys);
  if (looks.length === 0) return sides;
  const now = sidesIn(yield looks, keys);
  const own = new Set(keys.map(parameterOf));
  const others = claimed.filter(({ path }) => now[path] !== undefined && !own.has(path));
  const lost = others.filter(({ path, value }) => now[path] !== value);
  const commands = writeSysctls(namespace, Object.fromEntries(lost.map(({ path, value }) => [path, value])));
  if (commands.length > 0) yield commands;
  const isTouched = (path: string) =>
    now[path] === madeBy(asked, path) || others.some((claim) => claim.path === path);
  return sides && Object.fromEntries(Object.entries(sides).filter(([path]) => isTouched(path)));
}

/** Restores parameters to `former`, and the values that changed along with them to `sides`. */
export function* restoreSides(
  namespace: string | undefined,
  former: Values,
  sides: Values,
  claimed: readonly Claimed[],
): Plan {
  const keys = Object.keys(former);
  const looks = [readSysctls(namespace, keys), ...readSides(namespace, keys)];
  const look = (answers: readonly (string | undefined)[]): Values =>
    Object.fromEntries(answers.flatMap((answer) => [...parseSysctls(answer ?? "")]));
  const before = look(yield looks);
  const wrote = Object.fromEntries(keys.flatMap((key) => pair(key, before[sysctlPath(key)])));
  const goals = { ...sideGoals(before, wrote, sides, claimed), ...ownGoals(former, claimed) };
  const named = new Map(keys.map((key) => [sysctlPath(key), key]));
  const write = (wrong: readonly [string, string][]) =>
    writeSysctls(
      namespace,
      Object.fromEntries(wrong.map(([path, value]) => [named.get(path) ?? path, value])),
    );
  const wide = wrongIn(before, goals).filter(([path]) => reachOf(path) !== undefined);
  if (wide.length > 0) yield write(wide);
  // Another look shows the values that these writes have changed.
  const after = wide.length > 0 ? look(yield looks) : before;
  const left = wrongIn(after, goals);
  if (left.length > 0) yield write(left);
}

/** Returns the goals that are not reached yet. */
const wrongIn = (now: Values, goals: Values): [string, string][] =>
  Object.entries(goals).filter(([path]) => now[path] !== undefined && now[path] !== goals[path]);

const pair = (key: string, value: string | undefined): [string, string][] =>
  value === undefined ? [] : [[key, value]];

/**
 * Returns the values to restore. A change by another resource, as long as it exists, decides the value of its
 * parameters.
 */
const ownGoals = (former: Values, claimed: readonly Claimed[]): Values =>
  Object.fromEntries(
    Object.entries(former).map(([key, value]) => {
      const path = sysctlPath(key);
      const cause = claimed.find((claim) => claim.sides[parameterOf(key)] !== undefined);
      return [path, (cause && madeBy({ [cause.path]: cause.value }, parameterOf(key))) ?? value];
    }),
  );

/**
 * Returns the goals of other parameters: their former or their current value. Parameters of links that were created
 * meanwhile, with the value of the change, are left to the kernel.
 */
function sideGoals(now: Values, wrote: Values, sides: Values, claimed: readonly Claimed[]): Values {
  return Object.fromEntries(
    Object.entries(now).flatMap(([path, value]) => {
      const made = madeBy(wrote, path);
      if (made === undefined) return [];
      const isKept = value !== made || claimed.some((claim) => claim.path === path);
      return pair(path, isKept ? value : sides[path]);
    }),
  );
}
