import type { Args } from "../engine/definition";
import { linkId } from "../kinds/links/identity";
import { showLink } from "../linux/command";
import type { Host } from "../linux/host/host";
import { ask } from "../linux/host/runPlan";
import { parseLink } from "../linux/read/link";
import { type Entry, entryOf, movesTo, observedEntry, observedOrder, type Placed } from "./addressOrder";
import type { CheckedPart } from "./checkedParts";
import type { Composite } from "./composite";
import { valueAtPath, withValueAt } from "./paths";

/** Keeps the addresses of each link in the order of their list, as far as the composite owns them. */

interface Listed {
  readonly part: CheckedPart;
  readonly entry: Entry;
}

/** The link whose address list contains a part. An adopted address is never moved. */
export const lineOf = ({ definition, checked, note }: CheckedPart): string | undefined =>
  definition.kind === "Address" && !note.former
    ? linkId(checked["namespace"] as string | undefined, String(checked["interface"]))
    : undefined;

/** Groups addresses by link and family, in the order of the parts. */
function lists(parts: readonly CheckedPart[]): Map<string, Listed[]> {
  const found = new Map<string, Listed[]>();
  for (const part of parts) {
    const line = lineOf(part);
    if (line === undefined || part.problems.length > 0) continue;
    // In the form that the kind's own check produces.
    const entry = entryOf(part.key, part.checked as unknown as Placed);
    const list = `${line} ${entry.isIpv6}`;
    const others = found.get(list);
    if (others) others.push({ part, entry });
    else found.set(list, [{ part, entry }]);
  }
  return found;
}

/** Addresses to remove and add again, by key. */
export interface MovedParts {
  readonly first: ReadonlySet<string>;
  readonly inTurn: ReadonlySet<string>;
}

/** Returns which of the parts in `stay` must move to bring every list into order. */
export function movedParts(
  had: readonly CheckedPart[],
  wanted: readonly CheckedPart[],
  stay: ReadonlySet<string>,
): MovedParts {
  const before = lists(had.filter(({ note }) => !note.failed));
  const adopted = new Set(had.filter(({ note }) => note.former).map(({ key }) => key));
  const moves = [...lists(wanted.filter(({ key }) => !adopted.has(key)))].map(([line, listed]) =>
    movesTo((before.get(line) ?? []).map(toEntry), listed.map(toEntry), stay),
  );
  return {
    first: new Set(moves.flatMap(({ first }) => first)),
    inTurn: new Set(moves.flatMap(({ inTurn }) => inTurn)),
  };
}

const toEntry = ({ entry }: Listed): Entry => entry;

/** Returns `args` with every list in an order that produces the kernel's. `parts` are the existing ones. */
export async function withObservedOrder(
  composite: Composite,
  host: Host,
  args: Args,
  parts: readonly CheckedPart[],
): Promise<Args> {
  const long = [...lists(parts).values()].filter(({ length }) => length > 1);
  const orders = await Promise.all(long.map((listed) => orderInKernel(host, listed)));
  return orders.reduce((now, keys) => inOrderOf(composite, now, keys), args);
}

/** The same after a failure, which is more informative than a failure of this look. */
export const asFarAsObserved: typeof withObservedOrder = (composite, host, args, parts) =>
  withObservedOrder(composite, host, args, parts).catch(() => args);

/** Returns the keys of one list in an order that produces the kernel's. */
async function orderInKernel(host: Host, listed: readonly Listed[]): Promise<readonly string[]> {
  const { namespace, interface: link } = listed[0]?.part.checked ?? {};
  const [answer] = await ask(host, [showLink(namespace as string | undefined, String(link))]);
  const asked = listed.map(toEntry);
  const observed = (parseLink(answer)?.addr_info ?? []).map((info, at) => observedEntry(`${at}`, info));
  return observedOrder(
    asked,
    observed.filter(({ isIpv6 }) => isIpv6 === asked[0]?.isIpv6),
  );
}

/** Returns `args` with these parts reordered among their own positions. Other entries stay in place. */
function inOrderOf(composite: Composite, args: Args, keys: readonly string[]): Args {
  const entries = new Map(composite.parts(args).map(({ key, entry }) => [key, entry]));
  const order = keys.filter((key) => entries.has(key));
  const isIn = new Set(order);
  const places = [...entries].filter(([key]) => isIn.has(key)).map(([, entry]) => entry);
  return order.reduce((now, key, at) => {
    const [from, to] = [entries.get(key), places[at]];
    return from && to ? withValueAt(now, to, valueAtPath(args, from)) : now;
  }, args);
}
