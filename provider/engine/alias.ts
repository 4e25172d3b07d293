import { printCommand } from "../linux/command";
import type { Host } from "../linux/host/host";
import { hasMark, textOf } from "../linux/marks/owner";
import type { Args, Definition, Observed } from "./definition";

/** A link alias holds the mark of its resource, but other programs also write it: lldpd stores the name of a neighbour. */

/** The state field for a foreign alias. No kind has an argument of this name. */
export const ALIAS = "alias";

/** Returns the alias that replaced the mark, empty if there is none, or `undefined` if the mark is intact. */
const aliasOf = ({ ownership }: Definition, observed: Observed, { mark }: Args): string | undefined =>
  ownership.marking && !hasMark(observed.owner, mark) ? textOf(observed.owner) : undefined;

/** Returns the alias as drift, so that the next run rewrites the mark. */
export function aliasDrift(definition: Definition, observed: Observed, args: Args): Args {
  const alias = aliasOf(definition, observed, args);
  return alias === undefined ? {} : { [ALIAS]: alias };
}

export const WRITTEN = "the mark is written again";
export const TO_WRITE = "`pulumi up` writes the mark again";

/** Warns about a foreign alias on an object that is identified as our own by other means. */
export function warnOfAlias(
  definition: Definition,
  host: Host,
  observed: Observed | undefined,
  args: Args,
  remedy: string,
): void {
  const alias = observed && aliasOf(definition, observed, args);
  // A crash leaves an empty alias, and a rename leaves another mark.
  if (alias === undefined || observed?.owner.by !== "foreign") return;
  const said = `its alias is ${JSON.stringify(alias)} instead of the mark of this resource`;
  host.warn?.(
    `${definition.id(args)}: ${said}, as another program (lldpd, for one) has written there; ${remedy}`,
  );
}

/** Warns that an object stays, because it carries neither the mark of this resource nor another mark. */
export function warnOfLeft(
  definition: Definition,
  host: Host,
  observed: Observed | undefined,
  args: Args,
): void {
  if (
    !observed ||
    !definition.ownership.marking ||
    observed.incompatible !== undefined ||
    observed.owner.by === "resource"
  )
    return;
  const alias = textOf(observed.owner);
  const said = alias === "" ? "it has no alias" : `its alias is ${JSON.stringify(alias)}`;
  host.warn?.(
    `${definition.id(args)} is left in place: ${said} instead of the mark of this resource, so it may be somebody else's. Delete it by hand if nobody needs it`,
  );
}

/**
 * Returns a hint with the command that restores a lost mark. It is empty unless the mark alone could identify the object.
 */
export function wayBack(definition: Definition, observed: Observed | undefined, args: Args): string {
  if (
    !definition.ownership.marking ||
    observed?.owner.by !== "foreign" ||
    observed.incompatible !== undefined
  )
    return "";
  const typed = definition.ownership.marking(args).map((command) => `\`${printCommand(command)}\``);
  return `. If it is this resource's own, and another program has written the alias ${JSON.stringify(textOf(observed.owner))} over its mark, write the mark back: ${typed.join(" and ")}`;
}
