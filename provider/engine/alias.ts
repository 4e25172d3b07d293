import { printCommand } from "../linux/command";
import type { Host } from "../linux/host/host";
import { parseMark } from "../linux/marks/mark";
import type { Args, Definition, Observed } from "./definition";

/**
 * The alias of a link holds the mark of its resource, and other programs write there as well: lldpd writes the name of a
 * neighbour.
 */

type Seen = Observed<Args, object>;

/** The alias as a field of a state, where it is not the mark. An argument of no kind has this name. */
export const ALIAS = "alias";

/** The alias that stands in the place of a mark, empty where there is none; `undefined` where all is well. */
const aliasOf = ({ marking }: Definition, seen: Seen, { mark }: Args): string | undefined =>
  marking && seen.mark !== mark ? (seen.mark ?? "") : undefined;

/** Drift that the next run puts right. */
export function aliasDrift(definition: Definition, seen: Seen, args: Args): Args {
  const alias = aliasOf(definition, seen, args);
  return alias === undefined ? {} : { [ALIAS]: alias };
}

export const WRITTEN = "the mark is written again";
export const TO_WRITE = "`pulumi up` writes the mark again";

/** Names the alias of an object that is known by other means to be a resource's own. */
export function warnOfAlias(
  definition: Definition,
  host: Host,
  seen: Seen | undefined,
  args: Args,
  remedy: string,
): void {
  const alias = seen && aliasOf(definition, seen, args);
  // A crash leaves no alias, and a rename another mark.
  if (!alias || parseMark(alias)) return;
  const said = `its alias is ${JSON.stringify(alias)} instead of the mark of this resource`;
  host.warn?.(
    `${definition.id(args)}: ${said}, as another program (lldpd, for one) has written there; ${remedy}`,
  );
}

/** Names an object that stays, as it carries neither this resource's mark nor another one. */
export function warnOfLeft(definition: Definition, host: Host, seen: Seen | undefined, args: Args): void {
  if (!seen || !definition.marking || seen.misfit !== undefined || parseMark(seen.mark ?? "")) return;
  const said = seen.mark ? `its alias is ${JSON.stringify(seen.mark)}` : "it has no alias";
  host.warn?.(
    `${definition.id(args)} is left in place: ${said} instead of the mark of this resource, so it may be somebody else's. Delete it by hand if nobody needs it`,
  );
}

/** The command that writes a lost mark back, for an object that only its mark could identify; empty for any other. */
export function wayBack(definition: Definition, seen: Seen | undefined, args: Args): string {
  if (!definition.marking || !seen?.mark || seen.misfit !== undefined || parseMark(seen.mark)) return "";
  const typed = definition.marking(args).map((command) => `\`${printCommand(command)}\``);
  return `. If it is this resource's own, and another program has written the alias ${JSON.stringify(seen.mark)} over its mark, write the mark back: ${typed.join(" and ")}`;
}
