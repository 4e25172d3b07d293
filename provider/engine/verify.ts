import { PartialError } from "../linux/errors";
import type { Host } from "../linux/host/host";
import { ask } from "../linux/host/runPlan";
import type { Args, Definition, Problem } from "./definition";
import { difference, valueAt } from "./diff";
import { merge } from "./merge";
import type { Observation } from "./observe";
import { propertiesOf, type State } from "./state";
import { UNKNOWN } from "./unknown";

/**
 * Milliseconds between looks at delayed states: carrier comes at once, duplicate address detection ends after two seconds.
 */
const SETTLING = [20, 40, 80, 160, 320, 640, 1280, 1280, 1280];

/** The number of looks for a differing value, which a late writer sets soon if at all. */
const LOOKS_AT_VALUES = 4;

/**
 * Verifies the first observation after a change and returns it as the state. Reports values that differ, and problems that
 * do not resolve in time.
 */
export async function verified(
  definition: Definition,
  host: Host,
  { args, outputs, former }: State,
  first: Observation["observed"],
): Promise<Args> {
  const id = definition.id(args);
  let observed = first;
  for (let looks = 0; ; looks++) {
    if (!observed)
      throw new Error(`${id} was created, but does not exist: another program on this host removed it`);
    const state = propertiesOf({
      args: merge(args, observed.args),
      outputs: { ...outputs, ...observed.outputs },
      former,
    });
    const wrong = differences(definition, state, args);
    const pending = definition.pending?.(observed, args) ?? [];
    if (wrong.length + pending.length === 0) return state;
    const delay = pending.length > 0 || looks < LOOKS_AT_VALUES ? SETTLING[looks] : undefined;
    if (delay === undefined) {
      const reasons = [...wrong, ...pending].map(({ property, reason }) => `${property}: ${reason}`);
      throw new PartialError(id, state, reasons);
    }
    await host.wait(delay);
    observed = definition.parse(await ask(host, definition.probe(args)), args);
  }
}

const differences = (definition: Definition, state: Args, args: Args): Problem[] =>
  difference(definition, state, args).changed.map((path) => ({
    property: path,
    reason: `asked for ${show(valueAt(args, path))}, but the kernel has ${show(valueAt(state, path))}`,
  }));

const show = (value: unknown): string =>
  value === UNKNOWN || value === undefined ? "nothing" : JSON.stringify(value);
