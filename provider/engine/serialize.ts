import { isDeepStrictEqual } from "node:util";
import type { Host } from "../linux/host/host";
import { perHost } from "../linux/host/perHost";
import type { Args, Definition } from "./definition";
import { Alone, Meeting } from "./together";

const lastOn = perHost(() => new Map<string, Turn>());

/** Limits how many operations are merged, because a transaction must fit into a socket buffer. */
const MOST = 64;

type Work<T> = (host: Host) => Promise<T>;

/** One operation, or several merged ones. */
interface Turn {
  /** Operations with this key on this host may join until the turn begins. */
  readonly host: Host;
  readonly key: string | undefined;
  readonly lines: readonly string[];
  readonly works: Work<void>[];
  isOpen: boolean;
  /** Resolves once all operations have ended, whether or not they failed. */
  readonly ended: Promise<void>;
}

/**
 * Runs `work` once every earlier operation on the same objects or keys has ended, whether or not it failed. One resource may
 * adopt what another gives up, so two operations must never work on one object. Mergeable operations that wait for the same
 * turn share it.
 */
export function serialized<T>(definition: Definition, host: Host, args: Args, work: Work<T>): Promise<T> {
  const tails = lastOn.of(host);
  const claims = definition.objectNames(args);
  const lines = [definition.serialize?.(args) ?? []].flat();
  return new Promise((resolve, reject) => {
    const settling: Work<void> = (where) =>
      work(where).then(resolve, (error: unknown) => {
        // The operation is repeated alone, so it has no result yet.
        if (error instanceof Alone) throw error;
        reject(error);
      });
    const key = definition.together?.key(args);
    const last = lastOf(tails, lines);
    const isJoining =
      key !== undefined &&
      last?.key === key &&
      last.host === host &&
      last.isOpen &&
      last.works.length < MOST &&
      claims.every((object) => isBefore(tails.get(object), last));
    const turn = isJoining
      ? last
      : begin(definition, { host, key, lines }, waitFor(tails, [...claims, ...lines]));
    turn.works.push(settling);
    // All keys are taken at once, which rules out a deadlock.
    for (const one of [...claims, ...lines]) tails.set(one, turn);
    void turn.ended.then(() => {
      for (const one of [...claims, ...lines]) if (tails.get(one) === turn) tails.delete(one);
    });
  });
}

/** Returns the turn that all of these keys wait for, or `undefined` if there is none or more than one. */
function lastOf(tails: ReadonlyMap<string, Turn>, keys: readonly string[]): Turn | undefined {
  const [turn, ...others] = new Set(keys.map((key) => tails.get(key)));
  return others.length === 0 ? turn : undefined;
}

/** Whether `last` already waits for this turn, so that joining `last` never runs two operations on one object at once. */
const isBefore = (turn: Turn | undefined, last: Turn): boolean =>
  turn === undefined || (turn !== last && isDeepStrictEqual(turn.lines, last.lines));

const waitFor = (tails: ReadonlyMap<string, Turn>, keys: readonly string[]): Promise<unknown> =>
  Promise.all(keys.map((key) => tails.get(key)?.ended));

function begin(
  definition: Definition,
  of: Pick<Turn, "host" | "key" | "lines">,
  before: Promise<unknown>,
): Turn {
  const turn: Turn = {
    ...of,
    works: [],
    isOpen: true,
    ended: before.then(() => {
      turn.isOpen = false;
      return doAll(definition, of.host, turn.works);
    }),
  };
  return turn;
}

/** Runs operations merged, and repeats those that failed one by one. */
async function doAll({ together }: Definition, host: Host, works: readonly Work<void>[]): Promise<void> {
  const [first, ...others] = works;
  if (!together || others.length === 0) return first?.(host);
  const meeting = new Meeting(host, works.length, together);
  const left = new Set<Work<void>>();
  const attend = async (work: Work<void>) => {
    try {
      await work(meeting.host());
    } catch {
      left.add(work);
    } finally {
      meeting.leave();
    }
  };
  await Promise.all(works.map(attend));
  for (const work of works.filter((one) => left.has(one))) await work(host);
}
