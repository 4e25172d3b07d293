import type { Command } from "commander";
import { commandOf } from "../argv";
import { defaultName } from "./name";

interface NameOption {
  readonly name?: string;
}

const nameFlag = "-n, --name <name>";
const nameHelp = `which sandbox (default: "${defaultName}")`;

const about = [
  "Runs COMMAND in a sandbox: as root of a Linux network of its own, without root rights on the machine.",
  "The sandbox starts on first use and outlives COMMAND, so the next command finds everything as it was.",
  "Without COMMAND, your shell starts in it.\n\nFiles and processes are those of the machine; network devices,",
  "routes, firewall rules, network sysctls and `ip netns` are not. The exit code is that of COMMAND, or 125 if the",
  "sandbox itself failed.",
].join(" ");

const usage = [
  "[--name NAME] [--] [COMMAND [ARGS...]]",
  "       pulumi-netns sandbox stop [NAME]",
  "       pulumi-netns sandbox list [--json]",
].join("\n");

const examples = `
Examples:
  pulumi-netns sandbox -- ip netns add red      start it, add a namespace inside
  pulumi-netns sandbox -- ip netns              show that it is still there
  pulumi-netns sandbox -- pulumi up --yes       try a program, break nothing
  pulumi-netns sandbox                          open a shell inside
  pulumi-netns sandbox --name lab -- ip link    use a second sandbox
  pulumi-netns sandbox stop                     remove it, with all that runs in it
  pulumi-netns sandbox stop lab                 remove the second one`;

/** Adds `sandbox` with `stop` and `list`. `afterDashes` holds the words after `--` on the command line. */
export function addSandbox(program: Command, afterDashes: readonly string[] | undefined): void {
  const sandbox = program
    .command("sandbox")
    .summary("run a command in a private network, without root rights")
    .description(about)
    .usage(usage)
    .argument("[COMMAND...]", "command to run, with its options (default: $SHELL)")
    .option(nameFlag, nameHelp)
    .passThroughOptions()
    .helpCommand(false)
    .addHelpText("after", examples)
    .action(async (operands: string[], options: NameOption) => {
      const words = commandOf(operands, afterDashes);
      if (words.length === 0 && !process.stdin.isTTY) {
        sandbox.error("error: give a COMMAND to run, for example: pulumi-netns sandbox -- ip link");
      }
      const { runInSandbox } = await import("./run.js");
      await runInSandbox(options.name, words);
    });

  sandbox
    .command("stop")
    .description("end a sandbox and every process in it")
    .argument("[NAME]", nameHelp)
    .option(nameFlag, nameHelp)
    .action(async (operand: string | undefined, options: NameOption, stop: Command) => {
      // `sandbox --name x stop` and `sandbox stop --name x` mean the same as `sandbox stop x`.
      const names = [operand, options.name, sandbox.opts<NameOption>().name];
      const [name, other] = new Set(names.filter((given) => given !== undefined));
      if (other !== undefined)
        stop.error(`error: stop one sandbox at a time, not both "${name}" and "${other}"`);
      const { stopSandbox } = await import("./stop.js");
      await stopSandbox(name);
    });

  sandbox
    .command("list")
    .description("list the running sandboxes")
    .option("--json", "as JSON", false)
    .action(async (options: { readonly json: boolean }) => {
      const { listSandboxes } = await import("./list.js");
      listSandboxes(options.json);
    });
}
