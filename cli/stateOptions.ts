import { Option } from "commander";

/** The states that a command reads. */
export interface StateOptions {
  readonly stack: readonly string[];
  readonly state: readonly string[];
}

export const stackFlag = [
  "-s, --stack <name>",
  "a stack of the project in this folder; may be repeated",
  "the selected one",
] as const;

export const stateFlag = [
  "--state <file>",
  "what `pulumi stack export` wrote, - for standard input; may be repeated",
  "none",
] as const;

const collect = (value: string, earlier: readonly string[]): string[] => [...earlier, value];

/** Returns an option that may be repeated. */
export const collectedOption = (flags: string, description: string, whenAbsent: string): Option =>
  new Option(flags, description).argParser(collect).default([], whenAbsent);
