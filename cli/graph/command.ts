import { type Command, Option } from "commander";
import { FORMATS, type Format, type GraphOptions } from "./options";

const about = [
  "Shows the network: namespaces with their links and addresses, the ports of bridges, and the other end of",
  "each cable. It reads the kernel, so it also shows the objects of other programs. It changes nothing.",
  "\n\nNAMESPACE is a network namespace; host, or -, is the host itself. Without any, all are shown.",
].join(" ");

const examples = `
Examples:
  pulumi-netns graph                                     a table
  pulumi-netns graph red blue                            two namespaces only
  pulumi-netns graph --format mermaid                    for a block of Markdown, which GitHub and GitLab draw
  pulumi-netns graph --format dot | dot -Tsvg > net.svg  for Graphviz
  pulumi-netns sandbox -- pulumi-netns graph`;

export function addGraph(program: Command, afterDashes: readonly string[] = []): void {
  program
    .command("graph")
    .summary("show the network, as a table or a drawing")
    .description(about)
    .argument("[NAMESPACE...]", "namespace to show; host or - for the host itself")
    .addOption(new Option("-f, --format <format>", "how").choices(FORMATS).default("text" satisfies Format))
    .addHelpText("after", examples)
    .action(async (names: string[], options: GraphOptions) => {
      const { runGraph } = await import("./run.js");
      await runGraph([...names, ...afterDashes], options);
    });
}
