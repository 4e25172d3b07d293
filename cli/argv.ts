import type { Command } from "commander";

export interface SplitArguments {
  readonly own: readonly string[];
  readonly afterDashes: readonly string[] | undefined;
}

/** Splits at the first `--`. Words after it are never our options or names. */
export function splitAtDashes(argv: readonly string[]): SplitArguments {
  const dashes = argv.indexOf("--");
  return dashes < 0
    ? { own: argv, afterDashes: undefined }
    : { own: argv.slice(0, dashes), afterDashes: argv.slice(dashes + 1) };
}

/** Returns COMMAND. `npm run` and `npm exec` swallow one `--`, so COMMAND may come without it or contain its own. */
export function commandOf(operands: readonly string[], afterDashes: readonly string[] | undefined): string[] {
  if (operands.length === 0) return [...(afterDashes ?? [])];
  return afterDashes === undefined ? [...operands] : [...operands, "--", ...afterDashes];
}

export function forbidStrayCommand(action: Command, afterDashes: readonly string[] | undefined): void {
  const takesCommand = action.registeredArguments.some((argument) => argument.variadic);
  if (afterDashes === undefined || afterDashes.length === 0 || takesCommand) return;
  action.error(`error: "${action.name()}" takes no COMMAND, but got: ${afterDashes.join(" ")}`);
}
