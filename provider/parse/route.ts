import { z } from "zod";
import { parseJson } from "./json";

const Nexthop = z.object({
  gateway: z.string().optional(),
  /** A gateway of the other family (RFC 8950), in place of `gateway`. */
  via: z.object({ host: z.string() }).optional(),
  dev: z.string().optional(),
  weight: z.number().optional(),
  /** `onlink`, and states that come and go by themselves: `linkdown`, `dead`. */
  flags: z.array(z.string()),
});

const Route = Nexthop.extend({
  /** As a number, of which rtnetlink(7) has the names. */
  type: z.string(),
  /** As a number. */
  protocol: z.string(),
  metric: z.number().default(0),
  prefsrc: z.string().optional(),
  /** Type of service (IPv4) and source network (IPv6) that the route is for alone. */
  tos: z.string().optional(),
  from: z.string().optional(),
  metrics: z.array(z.object({ mtu: z.number().optional() })).default([]),
  nexthops: z.array(Nexthop).optional(),
});

/** One way of a route as `ip -N -j -d route show` tells it. */
export type NexthopInfo = z.output<typeof Nexthop>;

/** One route as `ip -N -j -d route show` tells it. */
export type RouteInfo = z.output<typeof Route>;

/** The answer to `ip -N -j -d route show …`; none where the table or the namespace does not exist. */
export const parseRoutes = (text: string | undefined): RouteInfo[] => parseJson(z.array(Route), text ?? "");
