import type { Host } from "../linux/host/host";
import { type Former, formerIn } from "../linux/host/records";
import type { Args, Definition } from "./definition";
import type { Observation } from "./observe";
import { isWritten } from "./ownership";

/** What is always there was something before in every boot: the former value of one means nothing in the next. */

/** What a standing object was, with the network in which it was that. */
export const withEra = <F extends Former | undefined>(definition: Definition, { era }: Host, former: F): F =>
  former && definition.isShared && era !== undefined ? { ...former, era } : former;

/**
 * The outputs of a state, with what a standing object was before in this boot. Its record says so, as it goes with the boot;
 * where that is missing, the state is of another boot, or something has cleared the record away:
 *
 * - The era in the state tells a reboot for certain: what there is now is the new boot's own.
 * - So is what differs from what the resource had set, as nobody but the boot has had a reason to change it. In the same
 *   era, what is as it was before is an exception: a crash came amid giving it back, and there may be more to give back.
 * - What equals that, in the same era or in one that the state does not know, is the resource's own.
 */
export function ofThisBoot(
  definition: Definition,
  host: Host,
  observation: Observation,
  args: Args,
  outputs: Args,
): Args {
  const former = formerIn(outputs);
  const { observed, records } = observation;
  if (!definition.isShared || !former || !observed) return outputs;
  const written = records.find((record) => record.mark === args["mark"])?.former;
  if (isWritten(observation, args)) return written ? { ...outputs, former: written } : outputs;
  const isKnown = former.era !== undefined && host.era !== undefined;
  const isOther = isKnown && former.era !== host.era;
  const isChanged = !isSaid(observed.args, args);
  const isGivenBack = isKnown && !isOther && isSaid(observed.args, former.args);
  if (!isOther && (!isChanged || isGivenBack)) return outputs;
  // Another stack has set it in this boot, and knows what it was before.
  const known = records.find((record) => record.former)?.former;
  return { ...outputs, former: known ?? withEra(definition, host, { args: observed.args }) };
}

const isSaid = (values: Args, by: Args): boolean =>
  Object.entries(values).every(([key, value]) => by[key] === value);
