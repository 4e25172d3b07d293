import type { Command } from "commander";
import { collectedOption, stackFlag, stateFlag } from "../stateOptions";
import type { TraceOptions } from "./run";

const about = [
  "Explains, hop by hop, why packets from SRC do or do not get to DST and back: addresses and netmasks, links and bridges,",
  "the route chosen, neighbours, forwarding, filter and NAT rules with their counters, and the way of the answer. The first",
  "sentence is the verdict: where packets die, why, and what to change.",
  "\n\nSRC is a network namespace; host, or -, is the host itself. DST is an address, a namespace or host; with :PORT it is TCP, with :PORT/udp",
  "UDP, else ping. Nothing is changed. A real packet is sent, to see whether what was found is so.",
  "\n\nA resource is named by the mark that its object carries; with the state of the stack that is selected in this folder,",
  "or of those given, by its URN too, and addresses on a stack's own links as well.",
  "\n\nThe exit code is 0 when packets arrive, 1 when they do not or only by chance, 2 when the command line is wrong.",
].join(" ");

const examples = `
Examples:
  pulumi-netns trace red blue                     ping, from one namespace to another
  pulumi-netns trace red 192.168.15.2             the same, by address
  pulumi-netns trace blue 192.168.1.3:80          TCP
  pulumi-netns trace host "[fd00::2]:53/udp"      UDP over IPv6, from the host itself
  pulumi-netns trace red blue --no-probe          send nothing
  pulumi-netns sandbox -- pulumi-netns trace red blue`;

export function addTrace(program: Command): void {
  program
    .command("trace")
    .summary("explain why packets do or do not arrive")
    .description(about)
    .argument("<SRC>", "namespace that sends; host or - for the host itself")
    .argument("<DST[:PORT[/udp]]>", "address, namespace or host that is to answer")
    .option("--no-probe", "send no packet")
    .addOption(collectedOption(...stackFlag))
    .addOption(collectedOption(...stateFlag))
    .option("--json", "print the whole explanation as JSON")
    .addHelpText("after", examples)
    .action(async (from: string, to: string, options: TraceOptions) => {
      const { runTrace } = await import("./run.js");
      await runTrace(from, to, options);
    });
}
