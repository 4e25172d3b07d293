import { errors, isOneOf, missingTool, type Point, victims } from "./point";
import type { Ended } from "./run";

/** The problem with the run in which the fault happened, in words. `call` is the interrupted call. */
export function disappointment(
  { program, operation, at, fault }: Point,
  { isGood, output, leftovers }: Ended,
  call: string,
): string | undefined {
  const isNamed = unquoted(output).includes(unquoted(call));
  const tool = missingTool(fault);
  const demands: readonly (readonly [isMet: boolean, otherwise: string])[] = [
    [at === undefined || call !== "", `\`${operation}\` ended before this call`],
    [!isOneOf([...victims, "torn", "hang", "sessions"], fault) || !isGood, `\`${operation}\` did not fail`],
    [!isOneOf(errors, fault) || isGood || isNamed, `the error does not name the command: ${call}`],
    [
      program !== "composites" ||
        !isOneOf([...errors, "hang", "sessions"], fault) ||
        isGood ||
        PLACE.test(output),
      "the error does not name the part",
    ],
    [fault !== "sessions" || isNamed, `the error does not name the command under way: ${call}`],
    [fault !== "hang" || isNamed, `the error does not name the command that hung: ${call}`],
    [fault !== "hang" || output.includes("no answer in time"), "the error does not say that it hung"],
    [fault !== "interrupt" || leftovers.length === 0, `left running: ${leftovers.join(", ")}`],
    [tool === undefined || !isGood, `\`${operation}\` did not fail`],
    [tool === undefined || saysMissing(tool).test(output), `the error does not say that ${tool} is missing`],
  ];
  return demands.find(([isMet]) => !isMet)?.[1];
}

/** A part by its path in the arguments: `nodes.n1.interfaces.eth0: …`. */
const PLACE = /(^|\s)(name|(nodes|bridges|interfaces|nat|filter|sysctls)\.\S+|(\S+\.)?routes\[\d+\]): /m;

const saysMissing = (tool: string): RegExp => new RegExp(`program not installed: .*\\b${tool}\\b`);

/** Messages quote words that the shim logs without quotes. */
const unquoted = (text: string): string => text.replace(/["\\]/g, "");
