import { CliError } from "../errors";

/** The kernel hides a sandbox from other users, and from processes in an unrelated sandbox. */
export function unreachable(name: string, within: string | undefined): CliError {
  return new CliError(
    within === undefined
      ? `sandbox "${name}" belongs to another user: use it as that user, or give another --name.`
      : `sandbox "${name}" was not started inside sandbox "${within}", where you are, and cannot be reached ` +
          `from here: leave first, or give another --name.`,
  );
}
