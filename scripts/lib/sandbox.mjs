import { inRoot } from "./paths.mjs";

export const cliFile = inRoot("dist", "cli", "main.js");

/** What the CLI ends with when the sandbox itself failed, and not the command in it. */
export const sandboxFailed = 125;

/** The command and arguments that run a command inside the sandbox of that name. */
export const inSandbox = (name, command) => [
  process.execPath,
  [cliFile, "sandbox", "--name", name, "--", ...command],
];

export const stopSandbox = (name) => [process.execPath, [cliFile, "sandbox", "stop", "--name", name]];
