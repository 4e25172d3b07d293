import type { Args } from "../engine/definition";
import { type Span, spanOf, toNumber } from "../fields/networks";
import { type Family, familyOf } from "../linux/ip";
import type { Part } from "./composite";

/** Finds the part that makes a gateway reachable, by the kernel's own rules. */

type Checked = Pick<Part, "key" | "definition"> & { readonly checked: Args };

/** A network on a link, by an address of the link or a route without a gateway. */
interface Connected {
  readonly key: string;
  readonly isRoute: boolean;
  readonly family: Family;
  readonly span: Span;
  readonly link: unknown;
  readonly metric: number;
}

/** Connected networks by network namespace (`undefined`: the host's own). */
export type ConnectedNetworks = ReadonlyMap<unknown, readonly Connected[]>;

/** One nexthop of a route, reduced to its gateway. */
interface Way {
  readonly via?: string;
  readonly interface?: unknown;
  readonly onlink?: boolean;
}

/** Returns the connected networks that parts create. */
export function connectedBy(parts: readonly Checked[]): ConnectedNetworks {
  const networks = new Map<unknown, Connected[]>();
  for (const part of parts) {
    const connected = asConnected(part);
    const { namespace } = part.checked;
    if (!connected) continue;
    const others = networks.get(namespace);
    if (others) others.push(connected);
    else networks.set(namespace, [connected]);
  }
  return networks;
}

function asConnected({ key, definition, checked }: Checked): Connected | undefined {
  const { interface: link, metric } = checked;
  const network =
    definition.kind === "Address"
      ? (checked["peer"] ?? checked["address"])
      : onLink(definition.kind, checked);
  if (typeof network !== "string") return undefined;
  return {
    key,
    isRoute: definition.kind === "Route",
    family: familyOf(network),
    span: spanOf(network),
    link,
    metric: typeof metric === "number" ? metric : 0,
  };
}

/**
 * The destination of a route whose receivers are on the link itself. The kernel accepts gateways through such routes only.
 */
function onLink(kind: string, { type, via, nexthops, destination, source }: Args): unknown {
  if (kind !== "Route" || type !== "unicast" || via !== undefined || nexthops !== undefined) return undefined;
  if (destination !== "default") return destination;
  return typeof source === "string" && familyOf(source) === "ipv6" ? "::/0" : "0.0.0.0/0";
}

/** Returns the keys of the routes that make the gateways of this route reachable. */
export const routesBelow = (networks: ConnectedNetworks, route: Args): string[] =>
  gatewaysOf(route).flatMap((way) =>
    covering(networks, route, way)
      .filter(({ isRoute }) => isRoute)
      .map(({ key }) => key),
  );

/**
 * Whether the kernel would now choose another link for a route. It chooses the link of a gateway once, when the route is
 * created.
 */
export const isLedElsewhere = (before: ConnectedNetworks, now: ConnectedNetworks, route: Args): boolean =>
  gatewaysOf(route).some((way) => {
    if (way.interface !== undefined) return false;
    const [was, is] = [before, now].map((networks) => linkOf(covering(networks, route, way)));
    return was !== undefined && is !== undefined && was !== is;
  });

/** Returns the nexthops whose link the kernel must find from the gateway. */
const gatewaysOf = (route: Args): (Way & { readonly via: string })[] =>
  (Array.isArray(route["nexthops"]) ? (route["nexthops"] as Way[]) : [route as Way]).flatMap((way) =>
    way.via === undefined || way.onlink === true ? [] : [{ ...way, via: way.via }],
  );

function covering(networks: ConnectedNetworks, { namespace }: Args, way: Way & { readonly via: string }) {
  const family = familyOf(way.via);
  const gateway = toNumber(way.via);
  return (networks.get(namespace) ?? []).filter(
    ({ family: of, span: [first, last], link }) =>
      of === family && first <= gateway && gateway <= last && (way.interface ?? link) === link,
  );
}

/** Returns the link of the smallest network. Among equal ones the lowest metric decides, if it is unique. */
function linkOf(networks: readonly Connected[]): unknown {
  const sorted = [...networks].sort((one, other) => bySize(one, other) || one.metric - other.metric);
  const [best, second] = sorted;
  if (
    !best ||
    (second && bySize(best, second) === 0 && best.metric === second.metric && best.link !== second.link)
  )
    return undefined;
  return best.link;
}

const bySize = ({ span: [first, last] }: Connected, { span: [from, to] }: Connected): number => {
  const [size, other] = [last - first, to - from];
  return size < other ? -1 : Number(size > other);
};
