import type { Command } from "commander";
import { collectedOption, stackFlag, stateFlag } from "../stateOptions";
import type { TraceOptions } from "./run";

const about = [
  "Explains hop by hop whether packets from SRC reach DST, and their answers SRC. It follows addresses and netmasks, links,",
  "bridges, routes, neighbours, forwarding, and filter and NAT rules with their counters. The first",
  "sentence is the verdict: where packets die, why, and what to change.",
  "\n\nSRC is a network namespace; host, or -, is the host itself. DST is an address, a namespace or host; with :PORT it is TCP, with :PORT/udp",
  "UDP, otherwise ping. It changes nothing. It sends a real packet to test the findings.",
  "\n\nIt names a resource by the mark of its object. With the state of the stack that is selected in this folder,",
  "or of the given ones, it adds the URN, and names the owners of addresses on a stack's own links.",
  "\n\nThe exit code is 0 if packets arrive, 1 if they do not or only by chance, 2 if the command line is wrong.",
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
    .argument("<DST[:PORT[/udp]]>", "address, namespace or host that should answer")
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
