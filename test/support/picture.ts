import { execa } from "execa";
import { z } from "zod";
import { namespaceNames } from "./kernel";

/**
 * Everything that people and programs have set in all namespaces, as unsorted lines without the kernel's own additions. Two ways to the
 * same network give the same picture.
 */
export async function picture(): Promise<readonly string[]> {
  const places = await Promise.all([undefined, ...(await namespaceNames())].map(pictureOf));
  return places.flat().sort();
}

/** The lines that only `expected` or only `observed` has. */
export const differences = (expected: readonly string[], seen: readonly string[]) => ({
  missing: surplus(expected, seen),
  extra: surplus(seen, expected),
});

function surplus(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

async function pictureOf(namespace: string | undefined): Promise<string[]> {
  const ask = async (...words: [string, ...string[]]) => {
    const [tool = "", ...args] =
      namespace === undefined ? words : ["ip", "netns", "exec", namespace, ...words];
    // A parameter may disappear during the listing, and some are write-only.
    const { stdout } = await execa(tool, args, { env: { LC_ALL: "C" }, reject: tool !== "sysctl" });
    return stdout;
  };
  const [links, routes, routes6, neighbors, proxies, rules, rules6, ...texts] = await Promise.all([
    ask("ip", "-j", "-d", "address", "show"),
    ask("ip", "-j", "-d", "route", "show", "table", "all"),
    ask("ip", "-j", "-d", "-6", "route", "show", "table", "all"),
    ask("ip", "-N", "neigh", "show", "nud", "permanent", "nud", "noarp"),
    ask("ip", "-N", "neigh", "show", "proxy"),
    ask("ip", "-N", "rule", "show"),
    ask("ip", "-N", "-6", "rule", "show"),
    ask("nft", "list", "ruleset"),
    ask("iptables", "-t", "nat", "-S"),
    ask("ip6tables", "-t", "nat", "-S"),
    ask("sysctl", "--all", "--pattern", "^net\\.(ipv[46]|bridge)\\."),
  ]);
  const lines = [
    ...linkLines(links),
    ...routeLines(routes),
    ...routeLines(routes6),
    ...neighborLines(neighbors),
    ...neighborLines(proxies),
    ...rules.split("\n"),
    ...rules6.split("\n"),
    ...texts.flatMap(ruleLines),
  ];
  return lines.map((line) => `${namespace ?? "the host"}: ${line}`);
}

const Links = z.array(
  z.looseObject({ ifname: z.string(), addr_info: z.array(z.looseObject({ local: z.string().optional() })) }),
);

function linkLines(answer: string): string[] {
  return Links.parse(JSON.parse(answer)).flatMap(({ addr_info: addresses, ...link }) => [
    told(link),
    // The kernel gives them to links that have been up, and does not always remove them.
    ...addresses
      .filter(({ local }) => !/^(fe80:|127\.|::1$)/.test(local ?? ""))
      .map((address) => `${link.ifname} ${told(address)}`),
  ]);
}

const Routes = z.array(z.looseObject({ protocol: z.string() }));

const routeLines = (answer: string): string[] =>
  Routes.parse(JSON.parse(answer || "[]"))
    .filter(({ protocol }) => protocol !== "kernel")
    .map(told);

/** The kernel has its own entries: for groups, and for packets over the loopback. */
const neighborLines = (answer: string): string[] =>
  answer.split("\n").filter((line) => line !== "" && !/^(ff|22[4-9]\.|23\d\.)| dev lo /.test(line));

/** iptables creates its own chains on first use, and nftables lists them. */
const ruleLines = (text: string): string[] =>
  text
    .replace(/counter packets \d+ bytes \d+/g, "counter")
    .split("\n")
    .filter((line) => !/^(-P|\t?chain|table|\t?\})|^\t*type (nat|filter) hook|^$/.test(line));

/** Values that each kernel assigns, or that depend on the moment. */
const PASSING =
  /^(ifindex|link_index|link_netnsid|qdisc|operstate|tentative|promiscuity|allmulti|info_slave_data|[gt]so_.*|.*_timer)$/;
const LASTING = ["UP", "onlink"];

const told = (thing: object): string =>
  JSON.stringify(thing, (key: string, value: unknown) => {
    if (PASSING.test(key)) return undefined;
    return key === "flags" && Array.isArray(value) ? value.filter((flag) => LASTING.includes(flag)) : value;
  });
