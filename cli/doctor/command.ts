import type { Command } from "commander";
import type { DoctorOptions } from "./run";

const about = [
  "Checks what this host has and lacks for the networks of programs, and what would disturb them. Each finding has a fix:",
  "tools and their versions, rights and kernel features, forwarding, filters that drop, br_netfilter, reverse path filters,",
  "Docker, firewalld, ufw, NetworkManager and networkd, rules in two backends of iptables, networks that overlap.",
  "\n\nIt changes nothing. It tries the features of the kernel in network namespaces that it deletes at once. The kernel loads",
  "modules for that, as it would at the first `pulumi up`.",
  "\n\nThe exit code is 0, also with warnings; 1 if there is a problem that prevents a creation or drops packets;",
  "2 if the command line is wrong.",
].join(" ");

const examples = `
Examples:
  pulumi-netns doctor
  pulumi-netns doctor --json
  pulumi-netns sandbox -- pulumi-netns doctor    checks a sandbox, where nothing disturbs`;

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .summary("check this host, and say how to fix each problem")
    .description(about)
    .option("--json", "print all findings as JSON")
    .addHelpText("after", examples)
    .action(async (options: DoctorOptions) => {
      const { runDoctor } = await import("./run.js");
      await runDoctor(options);
    });
}
