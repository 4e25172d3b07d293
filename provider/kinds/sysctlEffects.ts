import { type Command, command } from "../linux/command";
import type { OwnerRecord } from "../linux/host/records";
import type { Plan } from "../linux/plan";
import { parseSysctls, sysctlPath } from "../linux/read/sysctl";
import { readSysctls, writeSysctls } from "../linux/sysctl";
import { parameterOf, type Reach, reachOf } from "../linux/sysctlRelations";

/**
 * The change of one parameter changes others, which may be somebody else's. What these were is remembered before, and set
 * back where nobody has changed it since; what another resource asks for is kept.
 */

/** Values by paths or keys. */
export type Values = Readonly<Record<string, string>>;

/** The value that another resource sets a parameter to, in the same network namespace. */
export interface Claimed {
  /** The path that the parameter is known by. */
  readonly path: string;
  readonly value: string;
  /** The value before, and those of others that its change changed. */
  readonly former: string | undefined;
  readonly sides: Values;
}

/** What the records of a namespace tell of parameters; those of `mark` are left out. */
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

/** Values in what was remembered; none where there are none. */
export const valuesIn = (remembered: unknown): Values =>
  typeof remembered === "object" && remembered !== null
    ? Object.fromEntries(Object.entries(remembered).filter(([, value]) => typeof value === "string"))
    : {};

/** What was remembered of others, if anything was. */
export const sidesOf = ({ sides }: Readonly<Record<string, unknown>>): Values | undefined =>
  sides === undefined ? undefined : valuesIn(sides);

/** Reads what the changes of `keys` would change. The answers are for `sidesIn`. */
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

/** What the changes of `keys` would change, by its paths, as the answers to `readSides` tell. */
function sidesIn(answers: readonly (string | undefined)[], keys: readonly string[]): Values {
  const reached = reaches(keys);
  const found = answers.flatMap((answer) => [...parseSysctls(answer ?? "")]);
  return Object.fromEntries(found.filter(([path]) => reached.some(({ reach }) => reach.changes(path))));
}

/** The same as a part of what was seen, where there is anything. */
export function seenSides(
  answers: readonly (string | undefined)[],
  keys: readonly string[],
): { sides?: Values } {
  const sides = sidesIn(answers, keys);
  return Object.keys(sides).length > 0 ? { sides } : {};
}

/** The value that a parameter has where only these, with their values, have been written; `undefined` where it has its own. */
const madeBy = (wrote: Values, path: string): string | undefined =>
  Object.entries(wrote)
    .map(([key, value]) => {
      const reach = reachOf(key);
      return reach?.changes(path) ? reach.valueOf(path, value) : undefined;
    })
    .find((value) => value !== undefined);

/** What `asked` changes in values that are `observed`. */
const changing = (observed: Values, asked: Values): Values =>
  Object.fromEntries(
    Object.entries(observed).filter(([key, value]) => asked[key] !== undefined && asked[key] !== value),
  );

/** What the parameters are and are to be, and what the change changes besides. */
interface Change {
  readonly observed: Values;
  readonly asked: Values;
  readonly sides: Values;
}

/** What to remember of others before a change; `known` is what was remembered before an earlier one. */
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
    // As the earlier change made it, and then it is known already, or it was born that way.
    if (known && value === made) return [];
    return [[path, claimed.find((claim) => claim.path === path)?.former ?? value]];
  });
  return known || found.length > 0 ? { ...known, ...Object.fromEntries(found) } : undefined;
}

/** What a parameter was before anything of ours changed it, where another resource's change has changed it by now. */
export function originOf(path: string, value: string, claimed: readonly Claimed[]): string {
  const cause = claimed.find((claim) => madeBy({ [claim.path]: claim.value }, path) === value);
  // A link that was born since has what was `default` then.
  return (
    cause?.sides[path] ?? cause?.sides[path.replace(/^(net\/ipv[46]\/conf)\/[^/]+/, "$1/default")] ?? value
  );
}

/**
 * Sets back what a change has changed but another resource asks for. Gives what is still to be remembered of `sides`: what
 * the change has not reached is none of its business.
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

/** Sets parameters back to `former`, and what their changes have changed to `sides`. */
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
  // What these have changed is seen by another look.
  const after = wide.length > 0 ? look(yield looks) : before;
  const left = wrongIn(after, goals);
  if (left.length > 0) yield write(left);
}

/** What is there and not as it is to be. */
const wrongIn = (now: Values, goals: Values): [string, string][] =>
  Object.entries(goals).filter(([path]) => now[path] !== undefined && now[path] !== goals[path]);

const pair = (key: string, value: string | undefined): [string, string][] =>
  value === undefined ? [] : [[key, value]];

/** What a parameter goes back to: what another resource's change has made of it counts as long as that is there. */
const ownGoals = (former: Values, claimed: readonly Claimed[]): Values =>
  Object.fromEntries(
    Object.entries(former).map(([key, value]) => {
      const path = sysctlPath(key);
      const cause = claimed.find((claim) => claim.sides[parameterOf(key)] !== undefined);
      return [path, (cause && madeBy({ [cause.path]: cause.value }, parameterOf(key))) ?? value];
    }),
  );

/** What others go back to, or keep; what was born since and is as the change made it is left to the kernel. */
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
