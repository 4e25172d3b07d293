#!/usr/bin/env node
import { createRequire } from "node:module";
import { Command, CommanderError } from "commander";
import { forbidStrayCommand, splitAtDashes } from "./argv";
import { addDoctor } from "./doctor/command";
import { CliError, errorCode, USAGE } from "./errors";
import { addGc } from "./gc/command";
import { addGraph } from "./graph/command";
import { addSandbox } from "./sandbox/command";
import { addTrace } from "./trace/command";

// Each subcommand loads its code only when it is called.
const subcommands = [addSandbox, addGraph, addTrace, addDoctor, addGc];

function version(): string {
  const manifest: unknown = createRequire(__filename)("pulumi-netns/package.json");
  const known = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return known ? String(manifest.version) : "unknown";
}

function build(afterDashes: readonly string[] | undefined): Command {
  const program = new Command("pulumi-netns")
    .description("Tools for the Linux networks of pulumi-netns programs.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, "pulumi-netns: ")),
    })
    .showHelpAfterError("Add --help to see how it is used.")
    .enablePositionalOptions()
    .exitOverride()
    .hook("preAction", (_program, action) => forbidStrayCommand(action, afterDashes));
  for (const add of subcommands) add(program, afterDashes);
  return program;
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
  if (!(error instanceof CliError)) throw error;
  process.stderr.write(`pulumi-netns: ${error.message}\n`);
  return error.exitCode;
}

async function main(argv: readonly string[]): Promise<void> {
  const { own, afterDashes } = splitAtDashes(argv);
  await build(afterDashes).parseAsync(own, { from: "user" });
}

// A reader such as `head` may close the pipe early.
process.stdout.on("error", (error) => {
  if (errorCode(error) !== "EPIPE") throw error;
});

main(process.argv.slice(2)).catch((error: unknown) => {
  process.exitCode = report(error);
});
