import type { dynamic } from "@pulumi/pulumi";
import { isRecord } from "../engine/check";
import type { Args, Problem } from "../engine/definition";
import { invisibleIn, visible } from "../fields/text";
import { CommandError, PartialError, PartsError, RefusedError } from "../linux/errors";
import { localHost } from "../linux/host/local/localHost";
import { kindOf } from "./controllers";
import { inputsIn, withProvider, withRecreated } from "./properties";

/** The longest value that the engine may repeat. */
const MOST_SHOWN = 80;

/**
 * The methods that the Pulumi engine calls, through the text that the state of every resource holds. The engine does not name
 * the kind of the resource, so the mark does.
 */
export const provider: dynamic.ResourceProvider<Args, Args> = {
  async check(_olds, news) {
    const { args, recreated, problems } = kindOf(news).check(localHost, inputsIn(news).args);
    return {
      inputs: withRecreated(args, recreated),
      failures: problems.map((problem) => failureOf(problem, news)),
    };
  },

  async diff(_id, olds, news) {
    const { args, recreated } = inputsIn(news);
    return kindOf(news).diff(localHost, olds, args, recreated);
  },

  async create(inputs) {
    const { args, provider } = inputsIn(inputs);
    const { id, state } = await keepingProvider(provider, kindOf(inputs).create(localHost, args));
    return { id, outs: withoutUndefined(state) };
  },

  async read(id, state) {
    if (!state) throw new Error("reading by id alone is not supported: give the resource its arguments");
    const found = await tersely(kindOf(state).read(localHost, inputsIn(state).args));
    return found
      ? { id, props: withoutUndefined(found.state), inputs: withoutUndefined(found.inputs) }
      : { id: "" };
  },

  async update(_id, olds, news) {
    const { args, provider } = inputsIn(news);
    const work = kindOf(news).update(localHost, inputsIn(olds).args, args);
    const { state } = await keepingProvider(provider, work);
    return { outs: withoutUndefined(state) };
  },

  async delete(_id, state) {
    await tersely(kindOf(state).remove(localHost, inputsIn(state).args));
  },
};

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
 * Adds the provider to the state in a partial error. Pulumi adds it to the state of a success only, and a state without it
 * can never be read or deleted.
 */
async function keepingProvider<T>(provider: unknown, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof PartialError)) throw error;
    const properties = withoutUndefined(withProvider(error.properties, provider));
    throw new PartialError(error.id, properties, error.reasons, { cause: error });
  }
}

/** Drops the stack of an expected error, because Pulumi prints it for `read` and `delete` and it hides the message. */
async function tersely<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof CommandError || error instanceof RefusedError || error instanceof PartsError)
      error.stack = "";
    throw error;
  }
}
