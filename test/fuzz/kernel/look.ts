import { execa } from "execa";
import { z } from "zod";
import { LINK_KEYS, PLACE_KEYS, pathOf } from "../sysctls";

/** The output of the tools in one namespace. */
export interface Look {
  /** Its name; HOST for the host's own. */
  readonly place: string;
  readonly links: readonly KernelLink[];
  readonly routes: readonly KernelRoute[];
  /** Includes proxy entries. */
  readonly neighbors: readonly KernelNeighbor[];
  readonly policies: { readonly ipv4: readonly KernelPolicy[]; readonly ipv6: readonly KernelPolicy[] };
  /** Names of the namespaces that this one has numbers for. */
  readonly names: ReadonlyMap<number, string>;
  readonly ruleset: string;
  readonly iptables: { readonly ipv4: string; readonly ipv6: string };
  /** Values by path. */
  readonly sysctls: readonly (readonly [path: string, value: string])[];
}

const KernelAddress = z.object({
  family: z.enum(["inet", "inet6"]),
  local: z.string(),
  address: z.string().optional(),
  prefixlen: z.number(),
  scope: z.string(),
  nodad: z.boolean().default(false),
});

const KernelLink = z.object({
  ifindex: z.number(),
  ifname: z.string(),
  ifalias: z.string().default("no mark"),
  flags: z.array(z.string()),
  mtu: z.number(),
  address: z.string().optional(),
  master: z.string().optional(),
  link: z.string().optional(),
  link_index: z.number().optional(),
  link_netnsid: z.number().optional(),
  linkinfo: z
    .object({ info_kind: z.string().optional(), info_data: z.record(z.string(), z.unknown()).default({}) })
    .default({ info_data: {} }),
  addr_info: z.array(KernelAddress),
});

const Way = z.object({
  gateway: z.string().optional(),
  via: z.object({ host: z.string() }).optional(),
  dev: z.string().optional(),
  weight: z.number().optional(),
  flags: z.array(z.string()),
});

const KernelRoute = Way.extend({
  type: z.string(),
  dst: z.string(),
  table: z.string(),
  protocol: z.string(),
  metric: z.number().default(0),
  prefsrc: z.string().optional(),
  metrics: z.array(z.object({ mtu: z.number().optional() })).default([]),
  nexthops: z.array(Way).optional(),
  /** A preference (RFC 4191), which only IPv6 has: `default` does not show the family. */
  pref: z.string().optional(),
});

const KernelNeighbor = z
  .looseObject({
    dst: z.string(),
    dev: z.string(),
    lladdr: z.string().optional(),
    state: z.array(z.string()).default([]),
    protocol: z.string().default("0"),
  })
  // A flag is a key without a value.
  .transform((entry) => ({ ...entry, isRouter: "router" in entry, isProxy: "proxy" in entry }));

/** A port or a user is one key, a range is two. */
const KernelPolicy = z.looseObject({
  priority: z.number(),
  src: z.string(),
  srclen: z.number().optional(),
  dst: z.string().default("all"),
  dstlen: z.number().optional(),
  tos: z.string().optional(),
  fwmark: z.string().optional(),
  fwmask: z.string().optional(),
  iif: z.string().optional(),
  oif: z.string().optional(),
  ipproto: z.string().optional(),
  table: z.string().optional(),
  action: z.string().optional(),
  suppress_prefixlen: z.number().optional(),
  protocol: z.string(),
});

export type Way = z.output<typeof Way>;
export type KernelLink = z.output<typeof KernelLink>;
export type KernelNeighbor = z.output<typeof KernelNeighbor>;
export type KernelPolicy = z.output<typeof KernelPolicy>;
export type KernelRoute = z.output<typeof KernelRoute>;

const Names = z.array(z.object({ nsid: z.number(), name: z.string().optional() }));
const NAMESPACES = z.array(z.object({ name: z.string() }));

/** One process per namespace queries everything, with a separator between the answers. */
const SCRIPT = [
  "ip -j -d address show",
  "ip -N -j -d route show table all",
  "ip -N -j -d neigh show nud all",
  "ip -N -j -d neigh show proxy",
  "ip -N -j -d -4 rule show",
  "ip -N -j -d -6 rule show",
  "ip -N -j -d netns list-id",
  "nft list ruleset",
  "iptables-save -t nat",
  "ip6tables-save -t nat",
  // Faster than `sysctl --all`, which reads everything.
  `cd /proc/sys && grep -sH "" ${[...PLACE_KEYS, ...LINK_KEYS].map(([key]) => pathOf(key).replace("LINK", "*")).join(" ")} || true`,
].join("\nprintf '\\001'\n");

export async function look(): Promise<Look[]> {
  const { stdout } = await execa("ip", ["-j", "netns"]);
  const names = NAMESPACES.parse(parseJson(stdout)).map(({ name }) => name);
  return Promise.all([undefined, ...names].map(lookAt));
}

async function lookAt(namespace: string | undefined): Promise<Look> {
  const shell = ["sh", "-c", SCRIPT];
  const [command = "sh", ...args] =
    namespace === undefined ? shell : ["ip", "netns", "exec", namespace, ...shell];
  const { stdout } = await execa(command, args, { env: { LC_ALL: "C" } });
  const [links = "", routes = "", neighbors = "", proxies = "", ...others] = stdout.split("\u0001");
  const [policies = "", policies6 = "", ids = "", ruleset = "", ipv4 = "", ipv6 = "", sysctls = ""] = others;
  return {
    place: namespace ?? "HOST",
    links: z.array(KernelLink).parse(parseJson(links)),
    routes: z.array(KernelRoute).parse(parseJson(routes)),
    neighbors: [neighbors, proxies].flatMap((text) => z.array(KernelNeighbor).parse(parseJson(text))),
    policies: {
      ipv4: z.array(KernelPolicy).parse(parseJson(policies)),
      ipv6: z.array(KernelPolicy).parse(parseJson(policies6)),
    },
    // The host's own namespace has no name.
    names: new Map(Names.parse(parseJson(ids)).map(({ nsid, name = "HOST" }) => [nsid, name])),
    ruleset,
    iptables: { ipv4, ipv6 },
    sysctls: sysctls.split("\n").flatMap(parseSysctl),
  };
}

function parseSysctl(line: string): (readonly [string, string])[] {
  const [, path, value] = /^(net[^:]*):(.*)$/.exec(line) ?? [];
  return path === undefined || value === undefined ? [] : [[path, value.trim().replace(/\s+/g, " ")]];
}

const parseJson = (text: string): unknown => JSON.parse(text.trim() || "[]");
