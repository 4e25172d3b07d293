import { printCommand } from "../linux/command";
import type { Host } from "../linux/host/host";
import { parseMark } from "../linux/marks/mark";
import type { Args, Definition, Observed } from "./definition";

/**
 * The alias of a link holds the mark of its resource, and other programs write there as well: lldpd writes the name of a
 * neighbour.
 */

/** The alias as a field of a state, where it is not the mark. An argument of no kind has this name. */
export const ALIAS = "alias";

/** The alias that stands in the place of a mark, empty where there is none; `undefined` where all is well. */
const aliasOf = ({ marking }: Definition, observed: Observed, { mark }: Args): string | undefined =>
  marking && observed.mark !== mark ? (observed.mark ?? "") : undefined;

/** Drift that the next run puts right. */
export function aliasDrift(definition: Definition, observed: Observed, args: Args): Args {
  const alias = aliasOf(definition, observed, args);
  return alias === undefined ? {} : { [ALIAS]: alias };
}

export const WRITTEN = "the mark is written again";
export const TO_WRITE = "`pulumi up` writes the mark again";

/** Names the alias of an object that is known by other means to be a resource's own. */
export function warnOfAlias(
  definition: Definition,
  host: Host,
  observed: Observed | undefined,
  args: Args,
  remedy: string,
): void {
  const alias = observed && aliasOf(definition, observed, args);
  // A crash leaves no alias, and a rename another mark.
  if (!alias || parseMark(alias)) return;
  const said = `its alias is ${JSON.stringify(alias)} instead of the mark of this resource`;
  host.warn?.(
    `${definition.id(args)}: ${said}, as another program (lldpd, for one) has written there; ${remedy}`,
  );
}

/** Names an object that stays, as it carries neither this resource's mark nor another one. */
export function warnOfLeft(
  definition: Definition,
  host: Host,
  observed: Observed | undefined,
  args: Args,
): void {
  if (
    !observed ||
    !definition.marking ||
    observed.incompatible !== undefined ||
    parseMark(observed.mark ?? "")
  )
    return;
  const said = observed.mark ? `its alias is ${JSON.stringify(observed.mark)}` : "it has no alias";
  host.warn?.(
    `${definition.id(args)} is left in place: ${said} instead of the mark of this resource, so it may be somebody else's. Delete it by hand if nobody needs it`,
  );
}

/** The command that writes a lost mark back, for an object that only its mark could identify; empty for any other. */
export function wayBack(definition: Definition, observed: Observed | undefined, args: Args): string {
  if (
    !definition.marking ||
    !observed?.mark ||
    observed.incompatible !== undefined ||
    parseMark(observed.mark)
  )
    return "";
  const typed = definition.marking(args).map((command) => `\`${printCommand(command)}\``);
  return `. If it is this resource's own, and another program has written the alias ${JSON.stringify(observed.mark)} over its mark, write the mark back: ${typed.join(" and ")}`;
}
