import { everywhere, type Family, familyOf } from "./ip";
import type { RouteItem } from "./program";

type Args = RouteItem["args"];

/** The ways of a route: one, several, or none for a dead end. */
export function waysOf({ via, interface: link, onlink, nexthops, type }: Args) {
  if (nexthops) return nexthops;
  return isDeadEnd(type) ? [] : [{ via, interface: link, onlink, weight: undefined }];
}

export const isDeadEnd = (type: Args["type"]): boolean => type !== undefined && type !== "unicast";

/** `default` has the family of the gateway, or else of the source, or else IPv4. */
export function routeFamily(args: Args): Family {
  if (args.destination !== "default") return familyOf(args.destination);
  const told = [...waysOf(args).map(({ via }) => via), args.source].find((address) => address !== undefined);
  return familyOf(told ?? "");
}

export const metricOf = (args: Args): number => args.metric ?? (routeFamily(args) === "ipv4" ? 0 : 1024);

/** Tables by number, as in the kernel. */
export function tableOf({ table = "main" }: Pick<Args, "table">): number {
  return typeof table === "number" ? table : { default: 253, main: 254, local: 255 }[table];
}

export const targetOf = (args: Args): string =>
  args.destination === "default" ? everywhere(routeFamily(args)) : args.destination;
