import { type HostId, perHost } from "../linux/host/perHost";
import { broadcastOf } from "../linux/prefix";
import type { Args, Definition, Problem } from "./definition";

/** The broadcast addresses of a run's networks, by namespace and address, and the address that each comes of. */
const broadcastsOn = perHost(() => new Map<string, string>());

const keyIn = ({ namespace }: Args, address: unknown): string => `${namespace ?? ""} ${address}`;

/**
 * Notes the broadcast address that an Address brings to its namespace, or tells of a Route whose gateway is one: the kernel
 * refuses that in words that send a person looking for a missing address.
 */
export function broadcastProblems(definition: Definition, host: HostId, args: Args): Problem[] {
  const broadcasts = broadcastsOn.of(host);
  if (definition.kind === "Route")
    return gatewaysIn(args).flatMap((gateway) => gatewayProblems(broadcasts, args, gateway));
  const broadcast = definition.kind === "Address" ? broadcastOf(String(args["address"])) : undefined;
  if (broadcast !== undefined) broadcasts.set(keyIn(args, broadcast), String(args["address"]));
  return [];
}

function gatewayProblems(
  broadcasts: ReadonlyMap<string, string>,
  args: Args,
  { property, via }: Gateway,
): Problem[] {
  const address = broadcasts.get(keyIn(args, via));
  if (address === undefined) return [];
  const reason = `is ${via}, which is the broadcast address of the network of ${address}: name the gateway's own address`;
  return [{ property, reason }];
}

interface Gateway {
  readonly property: string;
  readonly via: unknown;
}

function gatewaysIn({ via, onlink, nexthops }: Args): Gateway[] {
  const ways = Array.isArray(nexthops) ? nexthops : [];
  return [
    // The kernel looks no further than the link where it is told to.
    ...(onlink === true ? [] : [{ property: "via", via }]),
    ...ways.flatMap((way: Args, at) =>
      way["onlink"] === true ? [] : [{ property: `nexthops[${at}].via`, via: way["via"] }],
    ),
  ].filter((gateway) => gateway.via !== undefined);
}
