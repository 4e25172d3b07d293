import type { Command } from "commander";
import type { DoctorOptions } from "./run";

const about = [
  "Tells what this host has and lacks for networks as programs describe them, what gets in their way, and the fix of each:",
  "tools and their versions, rights and kernel features, forwarding, filters that drop, br_netfilter, reverse path filters,",
  "Docker, firewalld, ufw, NetworkManager and networkd, rules in two backends of iptables, networks that overlap.",
  "\n\nNothing is changed. What the kernel can make is tried in network namespaces that are gone at once; the kernel loads",
  "modules for it, as it would at the first `pulumi up`.",
  "\n\nThe exit code is 0, also with warnings; 1 when there is a problem: something cannot be made, or packets are dropped;",
  "2 when the command line is wrong.",
].join(" ");

const examples = `
Examples:
  pulumi-netns doctor
  pulumi-netns doctor --json
  pulumi-netns sandbox -- pulumi-netns doctor    of a sandbox, where there is nothing in the way`;

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .summary("tell what on this host gets in the way, and the fix")
    .description(about)
    .option("--json", "print all findings as JSON")
    .addHelpText("after", examples)
    .action(async (options: DoctorOptions) => {
      const { runDoctor } = await import("./run.js");
      await runDoctor(options);
    });
}
