import { sysctlPath } from "./read/sysctl";

/**
 * What the kernel's parameters have to do with each other, from its ip-sysctl page, its sources (net/ipv4/devinet.c,
 * net/ipv6/addrconf.c, net/core/neighbour.c) and a run that wrote every one of them and looked at all others. Paths are
 * those below /proc/sys.
 */

/** Paths of one parameter, the one it is known by first. */
interface Alias {
  readonly pattern: RegExp;
  readonly paths: readonly [string, string];
  /** Whether one value means the same under each path; otherwise each path has a unit of its own. */
  readonly isSameValue: boolean;
}

const ALIASES: readonly Alias[] = [
  {
    pattern: /^net\/ipv4\/(?:ip_forward|conf\/all\/forwarding)$/,
    paths: ["net/ipv4/ip_forward", "net/ipv4/conf/all/forwarding"],
    isSameValue: true,
  },
  {
    pattern: /^net\/(?:netfilter\/)?nf_conntrack_max$/,
    paths: ["net/netfilter/nf_conntrack_max", "net/nf_conntrack_max"],
    isSameValue: true,
  },
  {
    pattern:
      /^(net\/ipv[46]\/(?:neigh\/[^/]+\/(?:base_reachable_time|retrans_time)|route\/gc_min_interval))(?:_ms)?$/,
    paths: ["$1", "$1_ms"],
    isSameValue: false,
  },
  {
    pattern: /^(net\/ipv[46]\/neigh\/[^/]+\/unres_qlen)(?:_bytes)?$/,
    paths: ["$1", "$1_bytes"],
    isSameValue: false,
  },
  {
    pattern: /^net\/mptcp\/(?:pm_type|path_manager)$/,
    paths: ["net/mptcp/pm_type", "net/mptcp/path_manager"],
    isSameValue: false,
  },
];

const aliasOf = (path: string): Alias | undefined => ALIASES.find(({ pattern }) => pattern.test(path));

/** Every path of the parameter that a key names; the first is the one it is known by. */
export function sysctlPaths(key: string): readonly [string, ...string[]] {
  const path = sysctlPath(key);
  const alias = aliasOf(path);
  if (!alias) return [path];
  const [first, second] = alias.paths;
  return [path.replace(alias.pattern, first), path.replace(alias.pattern, second)];
}

/** The path that a parameter is known by, however its key is written. */
export const parameterOf = (key: string): string => sysctlPaths(key)[0];

/** Whether two keys name one parameter and a value means the same under both. */
export const isSameKey = (one: string, other: string): boolean =>
  parameterOf(one) === parameterOf(other) && (sysctlPath(one) === sysctlPath(other) || !hasOtherUnit(one));

/** Whether the parameter has another path with another unit. */
export const hasOtherUnit = (key: string): boolean => aliasOf(sysctlPath(key))?.isSameValue === false;

/** A parameter whose change makes the kernel change others. */
interface Wide {
  readonly pattern: RegExp;
  /** The folder that the others are in. */
  readonly folder: string;
  /** Their places in that folder. */
  readonly sides: string;
  /** The value that another gets, if it is not the same. */
  readonly value?: (side: string, value: string) => string;
}

const WIDE: readonly Wide[] = [
  {
    pattern: /^net\/ipv4\/ip_forward$/,
    folder: "net/ipv4/conf",
    sides: "(?!all/)[^/]+/forwarding|all/accept_redirects",
    value: (side, value) => (side.endsWith("/accept_redirects") ? String(Number(value === "0")) : value),
  },
  // A link follows `default` until it gets an IPv4 address or a value of its own. `forwarding` alone does not.
  {
    pattern: /^net\/ipv4\/conf\/default\/(?!forwarding$)(\w+)$/,
    folder: "net/ipv4/conf",
    sides: "(?!all/|default/)[^/]+/$1",
  },
  {
    pattern:
      /^net\/ipv6\/conf\/all\/(forwarding|force_forwarding|disable_ipv6|addr_gen_mode|ignore_routes_with_linkdown)$/,
    folder: "net/ipv6/conf",
    sides: "(?!all/)[^/]+/$1",
  },
  {
    pattern: /^net\/(ipv[46])\/neigh\/default\/(\w+)$/,
    folder: "net/$1/neigh",
    sides: "(?!default/)[^/]+/$2",
  },
];

/** What the change of a parameter does to others. */
export interface Reach {
  /** The folder that the others are in. */
  readonly folder: string;
  /** The last words of their paths. */
  readonly words: readonly string[];
  /** Whether it changes the parameter with that path. */
  changes(path: string): boolean;
  /** The value that the other then gets. */
  valueOf(path: string, value: string): string;
}

/** What the change of a parameter does to others, or `undefined` where it changes none. */
export function reachOf(key: string): Reach | undefined {
  const path = parameterOf(key);
  const wide = WIDE.find(({ pattern }) => pattern.test(path));
  if (!wide) return undefined;
  const folder = path.replace(wide.pattern, wide.folder);
  const sides = path.replace(wide.pattern, wide.sides);
  const pattern = new RegExp(`^${folder}/(?:${sides})$`);
  return {
    folder,
    words: sides.split("|").flatMap((side) => /\w+$/.exec(side) ?? []),
    changes: (other) => pattern.test(other),
    valueOf: (other, value) => wide.value?.(other, value) ?? value,
  };
}

/**
 * Parameters that may change each other: those of one kind, as `net/ipv4 forwarding`. `undefined` for one that has nothing
 * to do with another.
 */
export function circleOf(key: string): string | undefined {
  const path = parameterOf(key);
  if (/^net\/ipv4\/(ip_forward|conf\/[^/]+\/(forwarding|accept_redirects))$/.test(path))
    return "net/ipv4 forwarding";
  const [, family, word] = /^net\/(ipv[46])\/(?:conf|neigh)\/[^/]+\/(\w+)$/.exec(path) ?? [];
  if (family === undefined || word === undefined) return undefined;
  return path.includes("/neigh/") || family === "ipv4" || reachOf(`net/ipv6/conf/all/${word}`)
    ? path.replace(/\/[^/]+\/(\w+)$/, " $1")
    : undefined;
}
