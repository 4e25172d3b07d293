import type { dynamic } from "@pulumi/pulumi";
import type { Args, Definition } from "./definition";
import * as engine from "./engine";
import { CommandError, PartialError, RefusedError } from "./errors";
import { localHost } from "./host/local";
import { parseMark } from "./mark";
import { definitions } from "./resources";

/**
 * What the Pulumi engine calls, by way of the text kept in every resource's state. The engine does not say which kind
 * of resource it means; the mark does.
 */
export const provider: dynamic.ResourceProvider<Args, Args> = {
  async check(_olds, news) {
    const { args, problems } = engine.check(definitionOf(news), withoutProvider(news));
    return { inputs: args, failures: [...problems] };
  },

  async diff(_id, olds, news) {
    return engine.diff(definitionOf(news), olds, withoutProvider(news));
  },

  async create(inputs) {
    const work = engine.create(definitionOf(inputs), localHost, withoutProvider(inputs));
    const { id, state } = await keepingProvider(inputs, work);
    return { id, outs: state };
  },

  async read(id, state) {
    if (!state) throw new Error("reading by id alone is not supported: give the resource its arguments");
    const found = await tersely(engine.read(definitionOf(state), localHost, withoutProvider(state)));
    return found ? { id, props: found.state, inputs: found.inputs } : { id: "" };
  },

  async update(_id, olds, news) {
    const work = engine.update(definitionOf(news), localHost, withoutProvider(olds), withoutProvider(news));
    const { state } = await keepingProvider(news, work);
    return { outs: state };
  },

  async delete(_id, state) {
    await tersely(engine.remove(definitionOf(state), localHost, withoutProvider(state)));
  },
};

function definitionOf({ mark }: Args): Definition {
  const kind = parseMark(String(mark))?.kind;
  const definition = definitions.find((candidate) => candidate.kind === kind);
  if (!definition)
    throw new Error(`this version of pulumi-netns knows no resource of kind ${kind} (mark ${String(mark)})`);
  return definition;
}

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
    if (error instanceof CommandError || error instanceof RefusedError) error.stack = "";
    throw error;
  }
}
