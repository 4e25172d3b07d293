import type { Command } from "commander";
import { collectedOption, stackFlag, stateFlag } from "../stateOptions";
import type { GcOptions } from "./run";

const about = [
  "Lists the network objects on this host with the mark of a pulumi-netns resource that are in none of the given states:",
  "leftovers of a lost state, a deleted program or a crash. With --yes it deletes those of the given stacks,",
  "and restores adopted objects. It never touches an object without a mark.",
  "\n\nWithout --stack or --state, the given stack is the one that is selected in this folder.",
  "Do not run it during `pulumi up`, whose new objects may not be in the state yet.",
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
    .summary("find and delete objects that no stack knows")
    .description(about)
    .addOption(collectedOption(...stackFlag))
    .addOption(collectedOption(...stateFlag))
    .option("-a, --all", "include objects of stacks that are not given")
    .option("-y, --yes", "delete them, without asking")
    .option(
      "--empty-state",
      "delete even if a given state has no resource of pulumi-netns, because its stack no longer exists",
    )
    .option("--json", "list as JSON")
    .addHelpText("after", examples)
    .action(async (options: GcOptions) => {
      const { collectGarbage } = await import("./run.js");
      await collectGarbage(options);
    });
}
