import { z } from "zod";
import { parseJson } from "../json";

type RouteType = "unicast" | "blackhole" | "unreachable" | "prohibit";

/** Types by their numbers in rtnetlink(7). */
const TYPES: Readonly<Record<string, RouteType>> = {
  1: "unicast",
  6: "blackhole",
  7: "unreachable",
  8: "prohibit",
};

/** A nexthop, among a route's own fields or in its list of nexthops. */
const WAY = {
  gateway: z.string().optional(),
  /** A gateway of the other family (RFC 8950), instead of `gateway`. */
  via: z.object({ host: z.string() }).optional(),
  dev: z.string().optional(),
  weight: z.number().default(1),
  /** `onlink`, and transient states: `linkdown`, `dead`. */
  flags: z.array(z.string()),
};

const Way = z.object(WAY).transform(({ gateway, via, dev, weight, flags }) => {
  const address = gateway ?? via?.host;
  return {
    ...(address !== undefined && { via: address }),
    ...(dev !== undefined && { interface: dev }),
    weight,
    onlink: flags.includes("onlink"),
  };
});

/** Further keys of any route that identify it or have a default. */
const PLAIN = ["dst", "gateway", "via", "dev", "weight", "flags", "scope", "pref", "table"];

const Route = z
  .looseObject({
    type: z.string(),
    protocol: z.string(),
    metric: z.number().default(0),
    prefsrc: z.string().optional(),
    metrics: z.array(z.looseObject({ mtu: z.number().optional() })).default([]),
    nexthops: z.array(Way).optional(),
    /** The type of service (IPv4) or source network (IPv6) that the route is limited to. */
    tos: z.string().optional(),
    from: z.string().optional(),
  })
  .transform(({ type, protocol, metric, prefsrc, metrics, nexthops, tos, from, ...way }) => ({
    /** `undefined` for a type that arguments do not have. */
    type: TYPES[type],
    protocol: Number(protocol),
    metric,
    source: prefsrc,
    mtu: metrics.find(({ mtu }) => mtu !== undefined)?.mtu,
    nexthops,
    // IPv6 lists routes that drop packets with the device `lo`.
    way: Way.parse(TYPES[type] === "unicast" ? way : { flags: [] }),
    isForAll: tos === undefined && from === undefined,
    /** Settings that no argument can express, by their names in ip(8). */
    more: [
      ...Object.keys(way).filter((key) => !PLAIN.includes(key)),
      ...metrics.flatMap((values) => Object.keys(values).filter((key) => key !== "mtu")),
    ],
  }));

/** A route in the output of `ip -N -j -d route show`, in terms of the arguments. */
export type RouteInfo = z.output<typeof Route>;

/** Parses the output of `ip -N -j -d route show …`. Returns an empty list if the table or the namespace does not exist. */
export const parseRoutes = (text: string | undefined): RouteInfo[] => parseJson(z.array(Route), text ?? "");
