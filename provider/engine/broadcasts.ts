import { type HostId, perHost } from "../linux/host/perHost";
import { broadcastOf } from "../linux/prefix";
import type { Args, Definition, Problem } from "./definition";

/** Broadcast addresses of the networks in a run, by namespace and address, each with the address it derives from. */
const broadcastsOn = perHost(() => new Map<string, string>());

const keyIn = ({ namespace }: Args, address: unknown): string => `${namespace ?? ""} ${address}`;

/**
 * Registers the broadcast address that an Address creates, and reports a Route whose gateway is one. The kernel's own
 * message would suggest a missing address instead.
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
    // With an explicit link, the kernel checks the broadcast addresses of that link alone.
    ...(onlink === true ? [] : [{ property: "via", via }]),
    ...ways.flatMap((way: Args, at) =>
      way["onlink"] === true ? [] : [{ property: `nexthops[${at}].via`, via: way["via"] }],
    ),
  ].filter((gateway) => gateway.via !== undefined);
}
