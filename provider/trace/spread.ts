import type { Plan } from "../linux/plan";
import type { Fault } from "./fault";
import { forkName, sumOf } from "./hops/ways";
import { addRisk, type Fork, type Journey, otherWay, type Step } from "./journey";
import { placeName } from "./network/network";
import type { End } from "./walk";

/** Walks each nexthop of a route, and counts lost flows by weight. */

/** A part of all flows. */
export interface Share {
  readonly part: bigint;
  readonly whole: bigint;
}

/** The result of a walk, and the nexthops that it took. */
export interface Walked<T> {
  readonly journey: Journey;
  readonly found: T;
  readonly share: Share;
}

/** The maximum number of paths. Each fork multiplies them. */
const MOST_WALKS = 128;

/** Walks every path: first the kernel's, then each other nexthop of each fork. */
export function* everyWay<T>(
  start: Journey,
  walk: (journey: Journey) => Plan<T>,
  most = MOST_WALKS,
): Plan<readonly Walked<T>[]> {
  const walked: Walked<T>[] = [];
  const open: (readonly number[])[] = [[]];
  for (let choices = open.shift(); choices && walked.length < most; choices = open.shift()) {
    const journey = walked.length === 0 ? start : otherWay(start, choices);
    const found = yield* walk(journey);
    const { forks } = journey;
    walked.push({ journey, found, share: shareOf(forks) });
    const taken = forks.map((fork) => fork.taken);
    for (let at = choices.length; at < forks.length; at++)
      for (const other of forks[at]?.ways.keys() ?? [])
        if (other !== taken[at]) open.push([...taken.slice(0, at), other]);
  }
  return walked;
}

/** Returns the share of the flows that take these nexthops. */
function shareOf(forks: readonly Fork[]): Share {
  return forks.reduce<Share>(
    ({ part, whole }, { ways, taken }) =>
      reduced(part * BigInt(ways[taken]?.weight ?? 0), whole * BigInt(sumOf(ways))),
    { part: 1n, whole: 1n },
  );
}

export const sumOfShares = (shares: readonly Share[]): Share =>
  shares.reduce(
    (sum, share) => reduced(sum.part * share.whole + share.part * sum.whole, sum.whole * share.whole),
    {
      part: 0n,
      whole: 1n,
    },
  );

function reduced(part: bigint, whole: bigint): Share {
  let [a, b] = [part, whole];
  while (b > 0n) [a, b] = [b, a % b];
  return { part: part / a, whole: whole / a };
}

/** Prints `1 of 3 flows`. Large denominators become hundredths. */
export const printShare = ({ part, whole }: Share): string =>
  whole <= 1000n
    ? `${part} of ${whole} flows`
    : `about ${((part * 100n + whole / 2n) / whole).toString()} of 100 flows`;

/** The result of a walk there and back. */
export interface Found {
  readonly fault: Fault | undefined;
  readonly end: End;
  /** The fault of some of several paths. */
  readonly chance?: Fault | undefined;
}

/** Combines the results of all paths, and adds the steps of the others to the first journey. */
export function together(journey: Journey, walked: readonly Walked<Found>[]): Found {
  const [first] = walked;
  if (!first) throw new Error("no path was walked");
  for (const other of walked.slice(1)) takeIn(journey, other);
  const whole = sumOfShares(walked.map(({ share }) => share));
  const isComplete = whole.part === whole.whole;
  if (!isComplete)
    journey.doubts.push(`more than ${walked.length} paths: trace followed only ${printShare(whole)}`);
  const losses = [...lossesOf(walked)].sort(
    (one, other) => Number(isOfProgram(one)) - Number(isOfProgram(other)) || compare(other.share, one.share),
  );
  const isAll = isComplete && walked.every(({ found }) => found.fault);
  const faults = losses.map((loss) => partOf(loss, losses, isAll));
  const alive = walked.find(({ found }) => !found.fault) ?? first;
  if (!isAll) return { fault: undefined, end: alive.found.end, chance: faults[0] };
  // An answer disproves one of them, but not the faults of other paths.
  return losses.length === 1
    ? { fault: losses[0]?.fault, end: first.found.end }
    : { fault: faults[0], end: first.found.end, chance: faults[1] && { ...faults[1], effect: "chance" } };
}

/** Whether packets arrive, so that the network is not the problem. */
const isOfProgram = ({ fault }: Loss): boolean =>
  fault.cause === "not-listening" || fault.cause === "ping-ignored";

const compare = (one: Share, other: Share): number => Number(one.part * other.whole - other.part * one.whole);

/** The steps of another path, for the report of the first one. */
function takeIn(journey: Journey, { journey: other, found }: Walked<Found>): void {
  for (const risk of other.risks) addRisk(journey, risk);
  for (const doubt of other.doubts) if (!journey.doubts.includes(doubt)) journey.doubts.push(doubt);
  journey.crossings.push(...other.crossings);
  const at = other.forks.findIndex(({ taken }, index) => taken !== journey.forks[index]?.taken);
  const fork = other.forks[at];
  if (!fork) return;
  const way = other.forks.slice(at).map(forkName).join(", ");
  const { place, direction } = fork;
  const arrives: Step = { place: place.name, direction, what: "route", text: "arrives as well", isOk: true };
  const own = found.fault ? other.steps.slice(sameSteps(journey.steps, other.steps)) : [arrives];
  journey.steps.push(...own.map((step) => ({ ...step, way })));
}

/** Returns the number of steps that two paths share at the start. */
function sameSteps(one: readonly Step[], other: readonly Step[]): number {
  const at = other.findIndex(
    ({ place, text }, index) => place !== one[index]?.place || text !== one[index]?.text,
  );
  return at < 0 ? other.length : at;
}

/** A fault that some flows meet, and the paths that lead to it. */
interface Loss {
  readonly fault: Fault;
  readonly share: Share;
  /** The nexthops that all of these flows take. */
  readonly ways: readonly string[];
  /** The first journey that met it. */
  readonly journey: Journey;
}

/** Returns each distinct fault once, in the order of discovery. */
function lossesOf(walked: readonly Walked<{ readonly fault: Fault | undefined }>[]): Loss[] {
  const groups = new Map<string, (typeof walked)[number][]>();
  for (const one of walked) {
    const { fault } = one.found;
    if (!fault) continue;
    const key = JSON.stringify([fault.place, fault.direction, fault.cause, fault.reason]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first, ...others] = group;
    if (!first?.found.fault) return [];
    const isCommon = (name: string): boolean =>
      others.every(({ journey }) => journey.forks.map(forkName).includes(name));
    return {
      fault: first.found.fault,
      share: sumOfShares(group.map(({ share }) => share)),
      ways: [...new Set(first.journey.forks.map(forkName))].filter(isCommon),
      journey: first.journey,
    };
  });
}

/** Returns a fault with the share of flows that meet it. */
function partOf({ fault, share, ways }: Loss, all: readonly Loss[], isAll: boolean): Fault {
  const total = sumOfShares(all.map((loss) => loss.share));
  const way = ways.length > 0 ? `, ${ways.join(", ")}` : "";
  const others = all.filter((loss) => loss.fault !== fault).map((loss) => placeName(loss.fault.place));
  const where = [...new Set(others)].join(", ");
  const rest = isAll ? `the others get lost as well, at ${where}` : `${printShare(total)} get lost in all`;
  const more = others.length === 0 ? "" : `; ${rest}`;
  return {
    ...fault,
    effect: isAll ? fault.effect : "chance",
    reason: `${fault.reason} (${printShare(share)} go this way${way}${more})`,
  };
}
