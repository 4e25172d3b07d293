import { readdir } from "node:fs/promises";
import { execa } from "execa";
import { z } from "zod";

/** Everything that a stack creates on this host or could leave behind, as lines to compare. */
export type Snapshot = Readonly<Record<string, string>>;

export async function snapshot(): Promise<Snapshot> {
  const namespaces = await namesIn("/run/netns");
  const places = await Promise.all([undefined, ...namespaces].map(snapshotOf));
  return {
    namespaces: namespaces.join("\n"),
    files: (await namesIn("/run/pulumi-netns")).join("\n"),
    ...Object.assign({}, ...places),
  };
}

/** The lines that `observed` lacks, and those that it has in addition. */
export function differences(expected: Snapshot, seen: Snapshot) {
  return { missing: surplus(expected, seen), extra: surplus(seen, expected) };
}

function surplus(one: Snapshot, other: Snapshot): string[] {
  return Object.entries(one).flatMap(([name, text]) => {
    const left = (other[name] ?? "").split("\n");
    const lines = text.split("\n").filter((line) => {
      const at = left.indexOf(line);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
    return lines.map((line) => `${name}: ${line}`);
  });
}

async function snapshotOf(namespace: string | undefined): Promise<Snapshot> {
  const inside = namespace === undefined ? [] : ["ip", "netns", "exec", namespace];
  const ask = async (...words: [string, ...string[]]) => {
    const [tool = "", ...args] = [...inside, ...words];
    return (await execa(tool, args, { env: { LC_ALL: "C" } })).stdout;
  };
  const looks: Readonly<Record<string, Promise<string>>> = {
    links: ask("ip", "-j", "-d", "address", "show").then(things),
    routes: ask("ip", "-j", "route", "show", "table", "all").then(things),
    routes6: ask("ip", "-j", "-6", "route", "show", "table", "all").then(things),
    neighbors: ask("ip", "-N", "neigh", "show", "nud", "permanent"),
    proxies: ask("ip", "-N", "neigh", "show", "proxy"),
    rules: ask("ip", "-N", "rule", "show"),
    rules6: ask("ip", "-N", "-6", "rule", "show"),
    // Without `-j`, as handles grow with every rule ever created.
    ruleset: ask("nft", "list", "ruleset").then(withoutIptablesChains),
    iptables: ask("iptables", "-t", "nat", "-S"),
    ip6tables: ask("ip6tables", "-t", "nat", "-S"),
    sysctls: ask("sysctl", "--all", "--pattern", "^net\\.(ipv4\\.ip_forward|ipv4\\.conf|ipv6\\.conf|bridge)"),
  };
  const entries = Object.entries(looks).map(async ([name, look]) => {
    return [namespace === undefined ? name : `${name} in ${namespace}`, await look] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Values that each kernel assigns: the order and the time of events. */
const PASSING = /^(ifindex|link_index|link_netnsid|id|no|designated_port|.*_timer)$/;

const things = (answer: string): string =>
  z
    .array(z.unknown())
    .parse(JSON.parse(answer || "[]"))
    .map((thing) => JSON.stringify(thing, (key, value) => (PASSING.test(key) ? undefined : value)))
    .sort()
    .join("\n");

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names.sort();
}

/** iptables creates its built-in chains on first use and leaves them behind, empty. */
const withoutIptablesChains = (ruleset: string): string =>
  ruleset
    .replace(
      /\tchain [A-Z]+ \{\n\t\ttype (nat|filter) hook \w+ priority [^;]+; policy accept;\n\t\}\n\n?/g,
      "",
    )
    .replace(/table ip6? (nat|raw|filter) \{\n\}\n?/g, "")
    .trim();
