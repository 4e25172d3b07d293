import { CommandError, RefusedError } from "../provider/linux/errors";
import { CliError } from "./errors";

/** What the kernel or a tool refuses is told as it was said, without a stack. */
export function refusal(error: unknown): never {
  throw error instanceof CommandError || error instanceof RefusedError ? new CliError(error.message) : error;
}
