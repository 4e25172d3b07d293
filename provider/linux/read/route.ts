import { z } from "zod";
import { parseJson } from "../json";

/** Types by their numbers in rtnetlink(7). */
const TYPES: Readonly<Record<string, string>> = {
  1: "unicast",
  2: "local",
  3: "broadcast",
  4: "anycast",
  5: "multicast",
  6: "blackhole",
  7: "unreachable",
  8: "prohibit",
  9: "throw",
};

const REFUSING = ["blackhole", "unreachable", "prohibit"] as const;

export type RefusingType = (typeof REFUSING)[number];

/** Whether routes of a type drop or reject packets. */
export const isRefusing = (type: string | undefined): type is RefusingType =>
  REFUSING.some((one) => one === type);

/** A nexthop, among a route's own fields or in its list of nexthops. */
const WAY = {
  gateway: z.string().optional(),
  /** A gateway of the other family (RFC 8950), instead of `gateway`. */
  via: z.object({ host: z.string() }).optional(),
  dev: z.string().optional(),
  weight: z.number().default(1),
  /** `onlink`, and transient states: `linkdown`, `dead`. */
  flags: z.array(z.string()).default([]),
};

const Way = z.object(WAY).transform(({ gateway, via, dev, weight, flags }) => {
  const address = gateway ?? via?.host;
  return {
    ...(address !== undefined && { via: address }),
    ...(dev !== undefined && { interface: dev }),
    weight,
    onlink: flags.includes("onlink"),
    /** Whether the kernel leaves it out, because its link is down. */
    isDead: flags.includes("dead"),
  };
});

/** Further keys of any route that identify it or have a default. */
const PLAIN = ["gateway", "via", "dev", "weight", "flags", "scope", "pref"];

const Route = z
  .looseObject({
    type: z.string(),
    dst: z.string(),
    /** Absent if the command selected one table. */
    table: z.string().optional(),
    protocol: z.string(),
    metric: z.number().default(0),
    prefsrc: z.string().optional(),
    metrics: z.array(z.looseObject({ mtu: z.number().optional() })).default([]),
    nexthops: z.array(Way).optional(),
    /** The type of service (IPv4) or source network (IPv6) that the route is limited to. */
    tos: z.string().optional(),
    from: z.string().optional(),
  })
  .transform(({ type, dst, table, protocol, metric, prefsrc, metrics, nexthops, tos, from, ...way }) => {
    const name = TYPES[type] ?? type;
    return {
      type: name,
      destination: dst,
      table: table === undefined ? undefined : Number(table),
      protocol: Number(protocol),
      metric,
      source: prefsrc,
      mtu: metrics.find(({ mtu }) => mtu !== undefined)?.mtu,
      nexthops,
      // IPv6 lists routes that drop packets with the device `lo`.
      way: Way.parse(isRefusing(name) ? {} : way),
      isForAll: tos === undefined && from === undefined,
      /** Settings that no argument can express, by their names in ip(8). */
      more: [
        ...Object.keys(way).filter((key) => !PLAIN.includes(key)),
        ...metrics.flatMap((values) => Object.keys(values).filter((key) => key !== "mtu")),
      ],
    };
  });

/** A route in the output of `ip -N -j -d route show`. */
export type RouteInfo = z.output<typeof Route>;

/**
 * Parses the output of `ip -N -j -d route show …` or `route get fibmatch …`. Returns an empty list if the table or the
 * namespace does not exist.
 */
export const parseRoutes = (text: string | undefined): RouteInfo[] => parseJson(z.array(Route), text ?? "");

const Lookup = z
  .looseObject({ type: z.string().default("unicast"), prefsrc: z.string().optional(), ...WAY })
  .transform(({ type, prefsrc, ...way }) => ({ type, source: prefsrc, ...Way.parse(way) }));

/** Parses the output of `ip -j route get …`: how the kernel sends one packet. */
export const parseRouteLookup = (text: string | undefined) => parseJson(z.array(Lookup), text ?? "")[0];

const LocalRoutes = z.array(z.object({ dev: z.string().optional() }));

/** Returns the links with an address, from the output of `ip -j route show table local exact ADDRESS`. */
export const parseLocalLinks = (text: string | undefined): string[] =>
  parseJson(LocalRoutes, text ?? "").flatMap(({ dev }) => dev ?? []);
