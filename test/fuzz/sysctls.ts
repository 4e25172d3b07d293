import fc from "fast-check";

/** The kernel parameters that programs set, and their values. */
type Parameter = readonly [key: string, values: fc.Arbitrary<number | string>];

const flag = fc.integer({ min: 0, max: 1 });

/** Parameters of a whole namespace. */
export const PLACE_KEYS: readonly [Parameter, ...Parameter[]] = [
  ["net.ipv4.ip_forward", flag],
  ["net.ipv6.conf.all.forwarding", flag],
  ["net.ipv4.icmp_echo_ignore_all", flag],
  ["net.ipv4.ip_local_port_range", fc.constantFrom("1024 65000", "20000 30001")],
  ["net.ipv4.tcp_fin_timeout", fc.integer({ min: 10, max: 90 })],
  ["net/ipv4/conf/lo/rp_filter", fc.integer({ min: 0, max: 2 })],
];

/** Parameters of one link. LINK stands for its name. */
export const LINK_KEYS: readonly [Parameter, ...Parameter[]] = [
  ["net/ipv4/conf/LINK/rp_filter", fc.integer({ min: 0, max: 2 })],
  ["net/ipv4/conf/LINK/arp_ignore", fc.integer({ min: 0, max: 2 })],
  ["net/ipv4/conf/LINK/proxy_arp", flag],
  ["net/ipv4/neigh/LINK/gc_stale_time", fc.integer({ min: 30, max: 90 })],
  ["net/ipv6/conf/LINK/accept_ra", fc.integer({ min: 0, max: 2 })],
];

/** Whether a parameter accepts a value: a change may have brought another one's value. */
export function isValueOf(key: string, value: boolean | number | string): boolean {
  if (key.endsWith("ip_local_port_range")) return String(value).includes(" ");
  const [least, most] = /timeout|stale_time/.test(key)
    ? [10, 90]
    : /forward|ignore_all|proxy_arp/.test(key)
      ? [0, 1]
      : [0, 2];
  return Number(value) >= least && Number(value) <= most;
}

/** `net/ipv4/ip_forward` for any spelling of a key. Keys of links use slashes. */
export const pathOf = (key: string): string => (key.includes("/") ? key : key.replaceAll(".", "/"));

/** Values by place and path: `HOST net/ipv4/ip_forward`. */
export type Sysctls = ReadonlyMap<string, string>;

/** The default of a parameter, which is the same in every namespace and for every link. */
export const usualKey = (key: string): string =>
  key.replace(/^\S+ /, "").replace(/^(net\/ipv[46]\/(?:conf|neigh)\/)(?!lo\/|all\/)[^/]+/, "$1LINK");

/** The parameters that differ from their default. */
export const sysctlLines = (found: Sysctls, usual: Sysctls): string[] =>
  [...found]
    .filter(([key, value]) => usual.get(usualKey(key)) !== value)
    .map(([key, value]) => `sysctl ${key} = ${value}`);
