import { execa } from "execa";

/** Everything that a stack could leave behind on this host, as text to compare. */
export async function snapshot(): Promise<Record<string, string>> {
  const looks: Readonly<Record<string, readonly [string, ...string[]]>> = {
    links: ["ip", "-j", "link", "show"],
    addresses: ["ip", "-j", "address", "show"],
    routes: ["ip", "-j", "route", "show", "table", "all"],
    routes6: ["ip", "-j", "-6", "route", "show", "table", "all"],
    namespaces: ["ip", "-j", "netns"],
    // Without `-j`, as handles grow with every rule that ever was.
    ruleset: ["nft", "list", "ruleset"],
    sysctls: ["sysctl", "--all", "--pattern", "^net\\.(ipv4\\.ip_forward|ipv4\\.conf|ipv6\\.conf|bridge)"],
  };
  const entries = Object.entries(looks).map(async ([name, [tool, ...args]]) => {
    const { stdout } = await execa(tool, args, { env: { LC_ALL: "C" } });
    return [name, name === "ruleset" ? withoutIptablesChains(stdout) : stdout] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** iptables makes its built-in chains on first use and leaves them behind, empty. */
const withoutIptablesChains = (ruleset: string): string =>
  ruleset
    .replace(/\tchain [A-Z]+ \{\n\t\ttype nat hook \w+ priority [^;]+; policy accept;\n\t\}\n\n?/g, "")
    .replace(/table ip6? nat \{\n\}\n?/g, "")
    .trim();
