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

/** What the kernel says of one way, beside a route's own fields or in its list of nexthops. */
const WAY = {
  gateway: z.string().optional(),
  /** A gateway of the other family (RFC 8950), in place of `gateway`. */
  via: z.object({ host: z.string() }).optional(),
  dev: z.string().optional(),
  weight: z.number().default(1),
  /** `onlink`, and states that come and go by themselves: `linkdown`, `dead`. */
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

/** What any route may say besides, and is told apart by or has by default. */
const PLAIN = ["dst", "gateway", "via", "dev", "weight", "flags", "scope", "pref", "table"];

const Route = z
  .looseObject({
    type: z.string(),
    protocol: z.string(),
    metric: z.number().default(0),
    prefsrc: z.string().optional(),
    metrics: z.array(z.looseObject({ mtu: z.number().optional() })).default([]),
    nexthops: z.array(Way).optional(),
    /** The type of service (IPv4) or source network (IPv6) that alone it is for. */
    tos: z.string().optional(),
    from: z.string().optional(),
  })
  .transform(({ type, protocol, metric, prefsrc, metrics, nexthops, tos, from, ...way }) => ({
    /** `undefined` for one that is none of ours. */
    type: TYPES[type],
    protocol: Number(protocol),
    metric,
    source: prefsrc,
    mtu: metrics.find(({ mtu }) => mtu !== undefined)?.mtu,
    nexthops,
    // IPv6 says of packets that go nowhere that they go to `lo`.
    way: Way.parse(TYPES[type] === "unicast" ? way : { flags: [] }),
    isForAll: tos === undefined && from === undefined,
    /** Settings that no argument can say, by the names that ip(8) gives them. */
    more: [
      ...Object.keys(way).filter((key) => !PLAIN.includes(key)),
      ...metrics.flatMap((values) => Object.keys(values).filter((key) => key !== "mtu")),
    ],
  }));

/** One route as `ip -N -j -d route show` tells it, in the words of the arguments. */
export type RouteInfo = z.output<typeof Route>;

/** The answer to `ip -N -j -d route show …`; none where the table or the namespace does not exist. */
export const parseRoutes = (text: string | undefined): RouteInfo[] => parseJson(z.array(Route), text ?? "");
