import { sysctlPath } from "./read/sysctl";

/**
 * Relations between kernel parameters, from the ip-sysctl page, the sources (net/ipv4/devinet.c, net/ipv6/addrconf.c,
 * net/core/neighbour.c), and a run that wrote every parameter and read all others. Paths are below /proc/sys.
 */

/** Paths of one parameter, its canonical path first. */
interface Alias {
  readonly pattern: RegExp;
  readonly paths: readonly [string, string];
  /** Whether a value means the same under each path. Otherwise each path has its own unit. */
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

/** Returns every path of the parameter that a key names, the canonical one first. */
export function sysctlPaths(key: string): readonly [string, ...string[]] {
  const path = sysctlPath(key);
  const alias = aliasOf(path);
  if (!alias) return [path];
  const [first, second] = alias.paths;
  return [path.replace(alias.pattern, first), path.replace(alias.pattern, second)];
}

/** Returns the canonical path of a key. */
export const parameterOf = (key: string): string => sysctlPaths(key)[0];

/** Whether two keys name the same parameter in the same unit. */
export const isSameKey = (one: string, other: string): boolean =>
  parameterOf(one) === parameterOf(other) && (sysctlPath(one) === sysctlPath(other) || !hasOtherUnit(one));

/** Whether the parameter has another path with another unit. */
export const hasOtherUnit = (key: string): boolean => aliasOf(sysctlPath(key))?.isSameValue === false;

/** A parameter whose change makes the kernel change others. */
interface Wide {
  readonly pattern: RegExp;
  /** The folder of the other parameters. */
  readonly folder: string;
  /** Their places in the folder. */
  readonly sides: string;
  /** The value that another parameter gets, if it differs. */
  readonly value?: (side: string, value: string) => string;
}

const WIDE: readonly Wide[] = [
  {
    pattern: /^net\/ipv4\/ip_forward$/,
    folder: "net/ipv4/conf",
    sides: "(?!all/)[^/]+/forwarding|all/accept_redirects",
    value: (side, value) => (side.endsWith("/accept_redirects") ? String(Number(value === "0")) : value),
  },
  // A link follows `default` until it gets an IPv4 address or a value of its own. The exception is `forwarding`.
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

/** The effect of a parameter's change on others. */
export interface Reach {
  /** The folder of the other parameters. */
  readonly folder: string;
  /** The last words of their paths. */
  readonly words: readonly string[];
  /** Whether the parameter with that path changes. */
  changes(path: string): boolean;
  /** The value that the other parameter gets. */
  valueOf(path: string, value: string): string;
}

/** Returns the effect of a parameter's change on others, or `undefined` if there is none. */
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
 * Returns the group of parameters that may change each other, such as `net/ipv4 forwarding`. Returns `undefined` for an
 * independent parameter.
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
