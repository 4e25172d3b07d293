import { isDeepStrictEqual } from "node:util";
import type { dynamic } from "@pulumi/pulumi";
import { isRecord } from "../engine/check";
import type { Args, Problem } from "../engine/definition";
import { withoutRemade } from "../engine/dependents";
import { invisibleIn, visible } from "../fields/text";
import { CommandError, PartialError, PartsError, RefusedError } from "../linux/errors";
import type { Host } from "../linux/host/host";
import { HostError } from "../linux/host/ssh/hostError";
import { kindOf } from "./controllers";
import { HOST, hostIdIn, hostOf, MACHINE, moves, placed, placeIn, reachOf } from "./hosts";

/** Letters of a value that the engine may repeat. */
const MOST_SHOWN = 80;

/**
 * What the Pulumi engine calls, by way of the text kept in every resource's state. The engine does not say which kind
 * of resource it means; the mark does.
 */
export const provider: dynamic.ResourceProvider<Args, Args> = {
  async check(_olds, given) {
    const { args: news, host } = placed(withoutProvider(given));
    const place = host === undefined ? {} : { [HOST]: host };
    const found = reachOf(host);
    const unusable = "problem" in found ? found.problem : await problemOf(given);
    if (unusable !== undefined)
      return {
        inputs: { ...news, ...place },
        failures: [{ property: "", reason: `property host ${unusable}` }],
      };
    const { args, problems } = kindOf(news).check(await hostOf(given), news);
    return { inputs: { ...args, ...place }, failures: problems.map((problem) => failureOf(problem, news)) };
  },

  async diff(_id, olds, news) {
    const [before, after] = [placed(olds), placed(withoutProvider(news))];
    const isMoved = await moves(olds, news);
    // A comparison needs no connection.
    const { changes, replaces, deleteBeforeReplace } = kindOf(news).diff(
      hostIdIn(olds),
      before.args,
      after.args,
    );
    return {
      changes: changes || !isDeepStrictEqual(before.host, after.host),
      replaces: [...replaces, ...(isMoved ? [HOST] : [])],
      deleteBeforeReplace,
    };
  },

  async create(inputs) {
    const host = await hostOf(inputs);
    const args = withoutRemade(placed(withoutProvider(inputs)).args);
    const { id, state } = await keeping(inputs, host, kindOf(args).create(host, args));
    return { id, outs: said({ ...state, ...placeIn(inputs, host) }) };
  },

  async read(id, state) {
    if (!state) throw new Error("reading by id alone is not supported: give the resource its arguments");
    const found = await tersely(
      hostOf(state).then(async (host) => {
        const read = await kindOf(state).read(host, placed(withoutProvider(state)).args);
        return read && { ...read, place: placeIn(state, host) };
      }),
    );
    if (!found) return { id: "" };
    const { [MACHINE]: _, ...place } = found.place;
    return {
      id,
      props: said({ ...found.state, ...found.place }),
      inputs: said({ ...found.inputs, ...place }),
    };
  },

  async update(_id, olds, news) {
    const host = await hostOf(news);
    const args = withoutRemade(placed(withoutProvider(news)).args);
    const work = kindOf(args).update(host, placed(withoutProvider(olds)).args, args);
    const { state } = await keeping(news, host, work);
    return { outs: said({ ...state, ...placeIn(news, host) }) };
  },

  async delete(_id, state) {
    const { args } = placed(withoutProvider(state));
    await tersely(hostOf(state).then((host) => kindOf(args).remove(host, args)));
  },
};

/** Why the host of a resource cannot be used, if so. A plan for a host that does not answer would promise too much. */
async function problemOf(properties: Args): Promise<string | undefined> {
  try {
    await hostOf(properties);
    return undefined;
  } catch (error) {
    if (error instanceof HostError) return `cannot be used: ${error.message}`;
    throw error;
  }
}

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
 * Adds what the state needs to a partial error: Pulumi adds the provider's text to the state of what succeeded, but not to
 * what an error carries, and the engine knows nothing of hosts. Without them the resource could never be read or deleted.
 */
async function keeping<T>(inputs: Args, host: Host, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof PartialError)) throw error;
    const properties = said({
      ...error.properties,
      ...placeIn(inputs, host),
      __provider: inputs["__provider"],
    });
    throw new PartialError(error.id, properties, error.reasons, { cause: error });
  }
}

/** Of what fails in `read` and `delete` Pulumi prints the stack as well: noise, where the message says what to mend. */
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
