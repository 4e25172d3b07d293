import type { Command } from "commander";

export interface SplitArguments {
  readonly own: readonly string[];
  readonly afterDashes: readonly string[] | undefined;
}

/** Cuts at the first `--`, so that no option and no name after it is ever taken for one of ours. */
export function splitAtDashes(argv: readonly string[]): SplitArguments {
  const dashes = argv.indexOf("--");
  return dashes < 0
    ? { own: argv, afterDashes: undefined }
    : { own: argv.slice(0, dashes), afterDashes: argv.slice(dashes + 1) };
}

/** `npm run` and `npm exec` swallow one `--`; a COMMAND without it, which may have a `--` of its own, is fine too. */
export function commandOf(operands: readonly string[], afterDashes: readonly string[] | undefined): string[] {
  if (operands.length === 0) return [...(afterDashes ?? [])];
  return afterDashes === undefined ? [...operands] : [...operands, "--", ...afterDashes];
}

export function forbidStrayCommand(action: Command, afterDashes: readonly string[] | undefined): void {
  const takesCommand = action.registeredArguments.some((argument) => argument.variadic);
  if (afterDashes === undefined || afterDashes.length === 0 || takesCommand) return;
  action.error(`error: "${action.name()}" takes no COMMAND, but got: ${afterDashes.join(" ")}`);
}
