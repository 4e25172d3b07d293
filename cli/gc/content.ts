import type { Found } from "../../provider/engine/discover";
import { everythingIn, ownedBy } from "../../provider/engine/foreign";
import type { Host } from "../../provider/linux/host/host";
import { markOn } from "../../provider/linux/marks/owner";

/** Returns what a deletion would delete as well: the content of the object, and objects of living stacks. */
export async function contentOf(
  host: Host,
  { definition, state }: Found,
  living: readonly Found[],
): Promise<string[]> {
  const members = await everythingIn(definition, host, state);
  const name = definition.ownsNamespace?.(state);
  const told = new Set(members.map(({ owner }) => markOn(owner)));
  const others = living.filter(
    (one) => name !== undefined && one.state["namespace"] === name && !told.has(String(one.state["mark"])),
  );
  return [
    ...members.map(ownedBy),
    ...others.map((one) => `${one.definition.kind} ${one.definition.id(one.state)}`),
  ];
}
