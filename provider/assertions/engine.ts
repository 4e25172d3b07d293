import { checkArgs } from "../engine/check";
import type { Args } from "../engine/definition";
import { difference } from "../engine/diff";
import type { Checked, Result } from "../engine/lifecycle";
import { messageOf, PartialError } from "../linux/errors";
import { withFacts } from "../linux/host/currentFacts";
import type { Host } from "../linux/host/host";
import type { HostId, HostToCheck } from "../linux/host/perHost";
import { type Assertion, PlaceGoneError, type Verdict } from "./assertion";

/** Milliseconds between two looks. */
const PAUSE = 250;

export function check(assertion: Assertion, host: HostToCheck, news: Args): Checked {
  return { ...withFacts(host.facts, () => checkArgs(assertion, news)), recreated: [] };
}

/** Every change is a reason to look again. Nothing can be replaced. */
export function diff(assertion: Assertion, _host: HostId, olds: Args, news: Args) {
  const { changed } = difference(assertion, olds, news);
  return { changes: changed.length > 0, replaces: [], deleteBeforeReplace: true };
}

/** Looks as often as needed. Fails with the reason and its explanation. */
export async function create(assertion: Assertion, host: Host, args: Args): Promise<Result> {
  const verdict = await insist(assertion, host, args);
  if (verdict.holds) return { id: assertion.id(args), state: { ...args, ...verdict.outputs } };
  throw new Error(`${verdict.reason}\n${await assertion.explain(host, args)}`);
}

/**
 * Looks again, because an earlier result says nothing about other arguments. A failure goes into the state. Otherwise
 * restoring the previous arguments would count as proof.
 */
export async function update(assertion: Assertion, host: Host, _olds: Args, args: Args): Promise<Result> {
  try {
    return await create(assertion, host, args);
  } catch (error) {
    throw new PartialError(assertion.id(args), args, [messageOf(error)], { cause: error });
  }
}

/**
 * Looks once. If the condition no longer holds, the state drops it, and the next `pulumi up` creates it. That run looks
 * repeatedly, after all its dependencies are repaired.
 */
export async function read(assertion: Assertion, host: Host, state: Args) {
  const verdict = await assertion.look(host, state).catch(goneOrThrow);
  if (!verdict.holds) return undefined;
  const inputs = inputsIn(assertion, state);
  return { id: assertion.id(state), inputs, state: { ...inputs, ...verdict.outputs } };
}

function goneOrThrow(error: unknown): Verdict {
  if (error instanceof PlaceGoneError) return { holds: false, reason: error.message };
  throw error;
}

/** Does nothing, because an assertion creates nothing. */
export const remove = async (): Promise<void> => {};

const inputsIn = ({ onChange }: Assertion, state: Args): Args =>
  Object.fromEntries(
    Object.entries(state).filter(
      ([key, value]) => value !== undefined && (key in onChange || key === "mark"),
    ),
  );

async function insist(assertion: Assertion, host: Host, args: Args): Promise<Verdict> {
  const { looks, endsAt } = assertion.patience(args);
  for (let left = looks; ; left--) {
    const verdict = await assertion.look(host, args);
    if (left <= 1 || verdict.holds === (endsAt === "first success")) return verdict;
    await host.wait(PAUSE);
  }
}
