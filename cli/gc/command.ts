import type { Command } from "commander";
import { collectedOption, stackFlag, stateFlag } from "../stateOptions";
import type { GcOptions } from "./run";

const about = [
  "Lists the network objects on this host that carry the mark of a pulumi-netns resource and that no given stack's state",
  "knows: what a lost state, a deleted program or a crash has left behind. With --yes it deletes those of the given stacks;",
  "what was adopted is set back to what it was. Nothing without a mark is ever touched.",
  "\n\nWithout --stack or --state, the stack selected in this folder is the given one.",
  "Do not run it while `pulumi up` is at work: what that has made may not be in its state yet.",
].join(" ");

const examples = `
Examples:
  pulumi-netns gc                                  list what the selected stack does not know
  pulumi-netns gc --stack dev --stack test --yes   delete what neither of them knows, of theirs
  pulumi-netns gc --state dev.json                 as written by: pulumi stack export --file dev.json
  pulumi-netns gc --all --yes                      delete what is left of any stack, but for what the given ones know`;

export function addGc(program: Command): void {
  program
    .command("gc")
    .summary("find and delete what no stack knows any more")
    .description(about)
    .addOption(collectedOption(...stackFlag))
    .addOption(collectedOption(...stateFlag))
    .option("-a, --all", "objects of stacks that are not given count as well")
    .option("-y, --yes", "delete them, without asking")
    .option(
      "--empty-state",
      "delete also where a given state has no resource of pulumi-netns, as its stack is no more",
    )
    .option("--json", "list as JSON")
    .addHelpText("after", examples)
    .action(async (options: GcOptions) => {
      const { collectGarbage } = await import("./run.js");
      await collectGarbage(options);
    });
}
