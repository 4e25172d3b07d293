import type { dynamic } from "@pulumi/pulumi";
import type { Args } from "./definition";
import { CommandError, PartialError, PartsError, RefusedError } from "./errors";
import { localHost } from "./host/local";
import { kindOf } from "./kinds";
import { withoutRemade } from "./losses";

/**
 * What the Pulumi engine calls, by way of the text kept in every resource's state. The engine does not say which kind
 * of resource it means; the mark does.
 */
export const provider: dynamic.ResourceProvider<Args, Args> = {
  async check(_olds, news) {
    const { args, problems } = kindOf(news).check(withoutProvider(news));
    return { inputs: args, failures: [...problems] };
  },

  async diff(_id, olds, news) {
    return kindOf(news).diff(olds, withoutProvider(news));
  },

  async create(inputs) {
    const work = kindOf(inputs).create(localHost, withoutRemade(withoutProvider(inputs)));
    const { id, state } = await keepingProvider(inputs, work);
    return { id, outs: state };
  },

  async read(id, state) {
    if (!state) throw new Error("reading by id alone is not supported: give the resource its arguments");
    const found = await tersely(kindOf(state).read(localHost, withoutProvider(state)));
    return found ? { id, props: found.state, inputs: found.inputs } : { id: "" };
  },

  async update(_id, olds, news) {
    const args = withoutRemade(withoutProvider(news));
    const work = kindOf(news).update(localHost, withoutProvider(olds), args);
    const { state } = await keepingProvider(news, work);
    return { outs: state };
  },

  async delete(_id, state) {
    await tersely(kindOf(state).remove(localHost, withoutProvider(state)));
  },
};

/** The properties without the provider's own text, which the engine keeps among them. */
function withoutProvider({ __provider, ...args }: Args): Args {
  return args;
}

/**
 * Pulumi adds the provider's text to the state of what succeeded, but not to what an error carries; without it the
 * resource could never be read or deleted.
 */
async function keepingProvider<T>({ __provider }: Args, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof PartialError)) throw error;
    throw new PartialError(error.id, { ...error.properties, __provider }, error.reasons, { cause: error });
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
