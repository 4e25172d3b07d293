import { assertions } from "../assertions";
import * as assertion from "../assertions/engine";
import { composites } from "../composites";
import { checkedPartsOf } from "../composites/checkedParts";
import * as composite from "../composites/lifecycle";
import type { Args, Definition } from "../engine/definition";
import * as single from "../engine/lifecycle";
import { definitionOf } from "../engine/registry";
import { hasUnknown } from "../engine/unknown";
import { compositeUpToDate, type Schema, upToDate, withUnset } from "../engine/upToDate";
import { definitions } from "../kinds";
import type { Host } from "../linux/host/host";
import type { HostId, HostToCheck } from "../linux/host/perHost";
import { parseMark } from "../linux/marks/mark";

/** The functions that the adapter needs of a kind: a single object, a composite or an assertion. */
export interface Kind {
  check(host: HostToCheck, news: Args): single.Checked;
  /** `recreated` is that of `check`. */
  diff(
    host: HostId,
    olds: Args,
    news: Args,
    recreated?: readonly string[],
  ): { changes: boolean; replaces: string[]; deleteBeforeReplace: boolean };
  create(host: Host, args: Args): Promise<single.Result>;
  update(host: Host, olds: Args, args: Args): Promise<single.Result>;
  read(host: Host, state: Args): Promise<{ id: string; inputs: Args; state: Args } | undefined>;
  remove(host: Host, state: Args): Promise<void>;
}

const kindIn = ({ mark }: Args): string | undefined => parseMark(String(mark))?.kind;

/** Returns the kind of a mark. Nothing else identifies it. */
export function kindOf(properties: Args): Kind {
  const name = kindIn(properties);
  const definition = definitionOf(name);
  if (definition) {
    const kind = bound(single, definition, upToDate);
    const read = async (host: Host, state: Args) => {
      const found = await kind.read(host, state);
      return found && { ...found, state: withUnset(definition, found.state) };
    };
    return { ...kind, read };
  }
  const list = composites.find(({ kind }) => kind === name);
  if (list) return bound(composite, list, compositeUpToDate);
  const asserted = assertions.find(({ kind }) => kind === name);
  if (asserted) return bound(assertion, asserted, upToDate);
  throw new Error(
    `this version of pulumi-netns does not support resources of kind ${name} (mark ${String(properties["mark"])})`,
  );
}

/** Returns the marks that a resource has in the kernel: its own, or those of its parts. */
export function marksOf(state: Args): string[] {
  const singles = singlesOf(state).map(({ args }) => String(args["mark"]));
  return singles.length > 0 ? singles : [String(state["mark"])];
}

/** Returns the resource itself, or the parts of a composite, with their arguments. */
export function singlesOf(state: Args): { definition: Definition; args: Args }[] {
  // Nothing is created while a value is unknown.
  if (hasUnknown(state)) return [];
  const kind = kindIn(state);
  const list = composites.find((composite) => composite.kind === kind);
  if (list)
    return checkedPartsOf(list, compositeUpToDate(list, state)).map(({ definition, checked }) => ({
      definition,
      args: checked,
    }));
  return definitions
    .filter((definition) => definition.kind === kind)
    .map((definition) => ({ definition, args: upToDate(definition, state) }));
}

/** The engine functions, bound to one kind. */
interface Engine<D> {
  check(kind: D, host: HostToCheck, news: Args): ReturnType<Kind["check"]>;
  diff(
    kind: D,
    host: HostId,
    olds: Args,
    news: Args,
    recreated?: readonly string[],
  ): ReturnType<Kind["diff"]>;
  create(kind: D, host: Host, args: Args): ReturnType<Kind["create"]>;
  update(kind: D, host: Host, olds: Args, args: Args): ReturnType<Kind["update"]>;
  read(kind: D, host: Host, state: Args): ReturnType<Kind["read"]>;
  remove(kind: D, host: Host, state: Args): ReturnType<Kind["remove"]>;
}

/**
 * Binds the engine functions to one kind and first converts each state to this version. A refresh compares with the inputs
 * in the state, which another version may have checked.
 */
const bound = <D extends Schema>(
  engine: Engine<D>,
  kind: D,
  asNow: (kind: D, state: Args) => Args,
): Kind => ({
  check: (host, news) => engine.check(kind, host, news),
  diff: (host, olds, news, recreated) =>
    engine.diff(kind, host, asNow(kind, olds), upToDate(kind, news), recreated),
  create: (host, args) => engine.create(kind, host, args),
  update: (host, olds, args) => engine.update(kind, host, asNow(kind, olds), args),
  read: (host, state) => engine.read(kind, host, asNow(kind, state)),
  remove: (host, state) => engine.remove(kind, host, asNow(kind, state)),
});
