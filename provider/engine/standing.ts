import type { Host } from "../linux/host/host";
import type { Former } from "../linux/host/records";
import type { Args, Definition } from "./definition";
import type { Observation } from "./observe";
import { isWritten } from "./ownership";

/** A shared object always exists, so its former value is valid for one boot only. */

/** Adds the era, which identifies the boot and the network, to the former state of a shared object. */
export const withEra = <F extends Former | undefined>(definition: Definition, { era }: Host, former: F): F =>
  former && definition.ownership.isShared && era !== undefined ? { ...former, era } : former;

/**
 * Returns the former value of a shared object in this boot, given that of the state. The record holds it, as records end
 * with the boot. Without a record, the state is from another boot, or something has deleted the record:
 *
 * - A different era in the state proves a reboot, so the current value is the former one.
 * - A value that differs from the one the resource set also proves a reboot, as only a boot resets it. In the same era a
 *   value equal to the former one is an exception: an interrupted restoration may have more to restore.
 * - An equal value, in the same or an unknown era, is the resource's own.
 */
export function ofThisBoot(
  definition: Definition,
  host: Host,
  observation: Observation,
  args: Args,
  former: Former | undefined,
): Former | undefined {
  const { observed, records } = observation;
  if (!definition.ownership.isShared || !former || !observed) return former;
  const written = records.find((record) => record.mark === args["mark"])?.former;
  if (isWritten(observation, args)) return written ?? former;
  const isKnown = former.era !== undefined && host.era !== undefined;
  const isOther = isKnown && former.era !== host.era;
  const isChanged = !isSaid(observed.args, args);
  const isGivenBack = isKnown && !isOther && isSaid(observed.args, former.args);
  if (!isOther && (!isChanged || isGivenBack)) return former;
  // Another stack has set the value in this boot and recorded the former one.
  const known = records.find((record) => record.former)?.former;
  return known ?? withEra(definition, host, { args: observed.args });
}

const isSaid = (values: Args, by: Args): boolean =>
  Object.entries(values).every(([key, value]) => by[key] === value);
