import { execa } from "execa";

/** Everything that a stack could leave behind on this host, as text to compare. */
export async function snapshot(): Promise<Record<string, string>> {
  const looks: Readonly<Record<string, readonly [string, ...string[]]>> = {
    links: ["ip", "-j", "link", "show"],
    addresses: ["ip", "-j", "address", "show"],
    routes: ["ip", "-j", "route", "show", "table", "all"],
    routes6: ["ip", "-j", "-6", "route", "show", "table", "all"],
    namespaces: ["ip", "-j", "netns"],
    ruleset: ["nft", "-j", "list", "ruleset"],
    sysctls: ["sysctl", "--all", "--pattern", "^net\\.(ipv4\\.ip_forward|ipv4\\.conf|ipv6\\.conf|bridge)"],
  };
  const entries = Object.entries(looks).map(async ([name, [tool, ...args]]) => {
    const { stdout } = await execa(tool, args, { env: { LC_ALL: "C" } });
    return [name, stdout] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
