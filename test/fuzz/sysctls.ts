import fc from "fast-check";

/** The kernel parameters that programs set, and the values they take. */
type Parameter = readonly [key: string, values: fc.Arbitrary<number | string>];

const flag = fc.integer({ min: 0, max: 1 });

/** Of a namespace as a whole. */
export const PLACE_KEYS: readonly [Parameter, ...Parameter[]] = [
  ["net.ipv4.ip_forward", flag],
  ["net.ipv6.conf.all.forwarding", flag],
  ["net.ipv4.icmp_echo_ignore_all", flag],
  ["net.ipv4.ip_local_port_range", fc.constantFrom("1024 65000", "20000 30001")],
  ["net.ipv4.tcp_fin_timeout", fc.integer({ min: 10, max: 90 })],
  ["net/ipv4/conf/lo/rp_filter", fc.integer({ min: 0, max: 2 })],
];

/** Of a link, for whose name LINK stands. */
export const LINK_KEYS: readonly [Parameter, ...Parameter[]] = [
  ["net/ipv4/conf/LINK/rp_filter", fc.integer({ min: 0, max: 2 })],
  ["net/ipv4/conf/LINK/arp_ignore", fc.integer({ min: 0, max: 2 })],
  ["net/ipv4/conf/LINK/proxy_arp", flag],
  ["net/ipv4/neigh/LINK/gc_stale_time", fc.integer({ min: 30, max: 90 })],
  ["net/ipv6/conf/LINK/accept_ra", fc.integer({ min: 0, max: 2 })],
];

/** Whether a parameter takes a value: a change may have brought the value of another one. */
export function isValueOf(key: string, value: boolean | number | string): boolean {
  if (key.endsWith("ip_local_port_range")) return String(value).includes(" ");
  const [least, most] = /timeout|stale_time/.test(key)
    ? [10, 90]
    : /forward|ignore_all|proxy_arp/.test(key)
      ? [0, 1]
      : [0, 2];
  return Number(value) >= least && Number(value) <= most;
}

/** `net/ipv4/ip_forward`, however a key is written. Those of links are written with slashes. */
export const pathOf = (key: string): string => (key.includes("/") ? key : key.replaceAll(".", "/"));

/** Values by place and path: `HOST net/ipv4/ip_forward`. */
export type Sysctls = ReadonlyMap<string, string>;

/** What a parameter is where nobody sets it: the same in every namespace, and for every link. */
export const usualKey = (key: string): string =>
  key.replace(/^\S+ /, "").replace(/^(net\/ipv[46]\/(?:conf|neigh)\/)(?!lo\/|all\/)[^/]+/, "$1LINK");

/** Those that are not as usual. */
export const sysctlLines = (found: Sysctls, usual: Sysctls): string[] =>
  [...found]
    .filter(([key, value]) => usual.get(usualKey(key)) !== value)
    .map(([key, value]) => `sysctl ${key} = ${value}`);
