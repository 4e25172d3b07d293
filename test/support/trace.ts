import { knownOn } from "../../provider/engine/discover";
import type { Host } from "../../provider/linux/host/host";
import type { Known } from "../../provider/trace/owners";
import { trace as traceWith } from "../../provider/trace/trace";

/** The trace as the command runs it: with the records of the host, and a state if there is one. */
export const trace = async (
  host: Host,
  question: Parameters<typeof traceWith>[1],
  known: readonly Known[] = [],
): ReturnType<typeof traceWith> => traceWith(host, question, [...(await knownOn(host)), ...known]);
