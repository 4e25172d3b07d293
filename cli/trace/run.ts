// Registers the kinds with their marks and types of link.
import "../../provider/kinds";
import { knownOn } from "../../provider/engine/discover";
import { localHost } from "../../provider/linux/host/local/localHost";
import type { Known } from "../../provider/trace/owners";
import { trace } from "../../provider/trace/trace";
import { CliError } from "../errors";
import { readSelectedState, readStates } from "../gc/states";
import { placeIn } from "../place";
import { refusal } from "../refusal";
import type { StateOptions } from "../stateOptions";
import { isColourful } from "../style";
import { asJson, asText } from "./report";
import { destinationIn } from "./target";

export interface TraceOptions extends StateOptions {
  readonly probe: boolean;
  readonly json?: boolean;
}

export async function runTrace(source: string, target: string, options: TraceOptions): Promise<void> {
  const question = { from: placeIn(source), ...destinationIn(target), withProbe: options.probe };
  const known = [...(await knownOn(localHost)), ...(await knownBy(options))];
  const explanation = await trace(localHost, question, known).catch(refusal);
  process.stdout.write(options.json ? asJson(explanation) : asText(explanation, isColourful()));
  if (!explanation.isReached) process.exitCode = 1;
}

/** Reads the resources in states. Without an option and a project, marks and records must suffice. */
async function knownBy({ stack, state }: TraceOptions): Promise<readonly Known[]> {
  if (stack.length + state.length > 0) return (await readStates(stack, state)).resources;
  try {
    return (await readSelectedState())?.resources ?? [];
  } catch (error) {
    if (error instanceof CliError) return [];
    throw error;
  }
}
