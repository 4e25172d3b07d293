import { isDeepStrictEqual } from "node:util";
import type { dynamic } from "@pulumi/pulumi";
import { isRecord } from "../engine/check";
import type { Args, Problem } from "../engine/definition";
import { invisibleIn, visible } from "../fields/text";
import { CommandError, PartialError, PartsError, RefusedError } from "../linux/errors";
import type { Host } from "../linux/host/host";
import { HostError } from "../linux/host/ssh/hostError";
import { kindOf } from "./controllers";
import { hostIdIn, hostOf, hostOfState, moves, reachOf } from "./hosts";
import { type Inputs, inputsIn, withHost, withMachine, withProvider, withRecreated } from "./properties";

/** The longest value that the engine may repeat. */
const MOST_SHOWN = 80;

/**
 * The methods that the Pulumi engine calls, through the text that the state of every resource holds. The engine does not name
 * the kind of the resource, so the mark does.
 */
export const provider: dynamic.ResourceProvider<Args, Args> = {
  async check(_olds, news) {
    const { args: given, host } = inputsIn(news);
    const unusable = await problemOf(host);
    if (unusable !== undefined)
      return {
        inputs: withHost(given, host),
        failures: [{ property: "", reason: `property host ${unusable}` }],
      };
    const { args, recreated, problems } = kindOf(news).check(await hostOf({ host }), given);
    return {
      inputs: withHost(withRecreated(args, recreated), host),
      failures: problems.map((problem) => failureOf(problem, news)),
    };
  },

  async diff(_id, olds, news) {
    const [before, after] = [inputsIn(olds), inputsIn(news)];
    const found = kindOf(news).diff(hostIdIn(before), before.args, after.args, after.recreated);
    if (isDeepStrictEqual(before.host, after.host)) return found;
    return {
      ...found,
      changes: true,
      replaces: [...found.replaces, ...((await moves(before, after)) ? ["host"] : [])],
    };
  },

  async create(inputs) {
    const given = inputsIn(inputs);
    const host = await hostOf(given);
    const { id, state } = await keeping(given, host, kindOf(inputs).create(host, given.args));
    return { id, outs: withoutUndefined(withMachine(state, given.host, host)) };
  },

  async read(id, state) {
    if (!state) throw new Error("reading by id alone is not supported: give the resource its arguments");
    const given = inputsIn(state);
    const host = await tersely(hostOfState(given));
    const found = await tersely(kindOf(state).read(host, given.args));
    if (!found) return { id: "" };
    return {
      id,
      props: withoutUndefined(withMachine(found.state, given.host, host)),
      inputs: withoutUndefined(withHost(found.inputs, given.host)),
    };
  },

  async update(_id, olds, news) {
    const [before, given] = [inputsIn(olds), inputsIn(news)];
    const host = await hostOfState({ ...given, machine: before.machine });
    const work = kindOf(news).update(host, before.args, given.args);
    const { state } = await keeping(given, host, work);
    return { outs: withoutUndefined(withMachine(state, given.host, host)) };
  },

  async delete(_id, state) {
    const given = inputsIn(state);
    const host = await tersely(hostOfState(given));
    await tersely(kindOf(state).remove(host, given.args));
  },
};

/** Why the host of a resource cannot be used, if so. A plan for a host that does not answer would promise too much. */
async function problemOf(host: unknown): Promise<string | undefined> {
  const found = reachOf(host);
  if ("problem" in found) return found.problem;
  try {
    await hostOf({ host });
    return undefined;
  } catch (error) {
    if (error instanceof HostError) return `cannot be used: ${error.message}`;
    throw error;
  }
}

/**
 * Formats a problem for the engine. With a property, the engine also prints the value under that name: `{<nil>}` for a nested
 * or missing one, and a list or a map as a whole. Without a property, it prints the reason alone.
 */
function failureOf({ property, reason }: Problem, news: Args): dynamic.CheckFailure {
  const value = news[property];
  const isShort = typeof value === "number" || typeof value === "boolean";
  const isText = typeof value === "string" && invisibleIn(value) === undefined && value.length <= MOST_SHOWN;
  if (isShort || isText) return { property, reason: visible(reason) };
  return { property: "", reason: visible(`property ${property} ${reason}`) };
}

/** Drops `undefined` at every level, because Pulumi's messages cannot express it and fail. */
const withoutUndefined = (properties: Args): Args =>
  Object.fromEntries(
    Object.entries(properties).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, isRecord(value) ? withoutUndefined(value) : value]],
    ),
  );

/**
 * Adds the host and the provider to the state in a partial error. Pulumi adds the provider to the state of a success only, and
 * a state without it can never be read or deleted.
 */
async function keeping<T>({ host: given, provider }: Inputs, host: Host, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof PartialError)) throw error;
    const properties = withoutUndefined(withProvider(withMachine(error.properties, given, host), provider));
    throw new PartialError(error.id, properties, error.reasons, { cause: error });
  }
}

/** Drops the stack of an expected error, because Pulumi prints it for `read` and `delete` and it hides the message. */
async function tersely<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const isExplained = [CommandError, HostError, RefusedError, PartsError].some(
      (kind) => error instanceof kind,
    );
    if (isExplained && error instanceof Error) error.stack = "";
    throw error;
  }
}
