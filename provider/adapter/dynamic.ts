import type { dynamic } from "@pulumi/pulumi";
import { isRecord } from "../engine/check";
import type { Args, Problem } from "../engine/definition";
import { withoutRemade } from "../engine/dependents";
import { invisibleIn, visible } from "../fields/text";
import { CommandError, PartialError, PartsError, RefusedError } from "../linux/errors";
import { localHost } from "../linux/host/local/localHost";
import { kindOf } from "./controllers";

/** Letters of a value that the engine may repeat. */
const MOST_SHOWN = 80;

/**
 * What the Pulumi engine calls, by way of the text kept in every resource's state. The engine does not say which kind
 * of resource it means; the mark does.
 */
export const provider: dynamic.ResourceProvider<Args, Args> = {
  async check(_olds, news) {
    const { args, problems } = kindOf(news).check(localHost, withoutProvider(news));
    return { inputs: args, failures: problems.map((problem) => failureOf(problem, news)) };
  },

  async diff(_id, olds, news) {
    return kindOf(news).diff(localHost, olds, withoutProvider(news));
  },

  async create(inputs) {
    const work = kindOf(inputs).create(localHost, withoutRemade(withoutProvider(inputs)));
    const { id, state } = await keepingProvider(inputs, work);
    return { id, outs: said(state) };
  },

  async read(id, state) {
    if (!state) throw new Error("reading by id alone is not supported: give the resource its arguments");
    const found = await tersely(kindOf(state).read(localHost, withoutProvider(state)));
    return found ? { id, props: said(found.state), inputs: said(found.inputs) } : { id: "" };
  },

  async update(_id, olds, news) {
    const args = withoutRemade(withoutProvider(news));
    const work = kindOf(news).update(localHost, withoutProvider(olds), args);
    const { state } = await keepingProvider(news, work);
    return { outs: said(state) };
  },

  async delete(_id, state) {
    await tersely(kindOf(state).remove(localHost, withoutProvider(state)));
  },
};

/**
 * A problem as the engine prints it. With a property it prints the value that it finds under that name at the top of the
 * arguments: `{<nil>}` for what is nested or missing, and the whole of a list or a map. Without one it prints the reason alone.
 */
function failureOf({ property, reason }: Problem, news: Args): dynamic.CheckFailure {
  const value = news[property];
  const isShort = typeof value === "number" || typeof value === "boolean";
  const isText = typeof value === "string" && invisibleIn(value) === undefined && value.length <= MOST_SHOWN;
  if (isShort || isText) return { property, reason: visible(reason) };
  return { property: "", reason: visible(`property ${property} ${reason}`) };
}

/** The properties without the provider's own text, which the engine keeps among them. */
function withoutProvider({ __provider, ...args }: Args): Args {
  return args;
}

/** Properties without those that are `undefined`, at every level: Pulumi's messages have no word for that, and would fail. */
const said = (properties: Args): Args =>
  Object.fromEntries(
    Object.entries(properties).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, isRecord(value) ? said(value) : value]],
    ),
  );

/**
 * Pulumi adds the provider's text to the state of what succeeded, but not to what an error carries; without it the
 * resource could never be read or deleted.
 */
async function keepingProvider<T>({ __provider }: Args, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof PartialError)) throw error;
    const properties = said({ ...error.properties, __provider });
    throw new PartialError(error.id, properties, error.reasons, { cause: error });
  }
}

/** Of what fails in `read` and `delete` Pulumi prints the stack as well: noise, where the message says what to mend. */
async function tersely<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof CommandError || error instanceof RefusedError || error instanceof PartsError)
      error.stack = "";
    throw error;
  }
}
