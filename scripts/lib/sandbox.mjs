import { inRoot } from "./paths.mjs";

export const cliFile = inRoot("dist", "cli", "main.js");

/** The CLI's exit code if the sandbox failed, rather than the command in it. */
export const sandboxFailed = 125;

/** The command that runs `command` in the named sandbox. */
export const inSandbox = (name, command) => [
  process.execPath,
  [cliFile, "sandbox", "--name", name, "--", ...command],
];

export const stopSandbox = (name) => [process.execPath, [cliFile, "sandbox", "stop", "--name", name]];
