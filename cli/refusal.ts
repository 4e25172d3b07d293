import { CommandError, RefusedError } from "../provider/linux/errors";
import { CliError } from "./errors";

/** Rethrows an error of the kernel or a tool as a message without a stack. */
export function refusal(error: unknown): never {
  throw error instanceof CommandError || error instanceof RefusedError ? new CliError(error.message) : error;
}
