import type * as pulumi from "@pulumi/pulumi";
import type { InterfaceReference, NamespaceReference, Reference } from "./handles";
import { machineOf, type OnHost } from "./host";
import { currentProgram } from "./program";
import { resolveLinks } from "./reference";
import { NetnsResource } from "./resource";

/** One of several next hops of a {@link Route}. */
export interface NexthopArgs {
  /** Address of the gateway. Default: none, so receivers are on the link itself. Updates in place. */
  via?: pulumi.Input<string | undefined>;
  /** Link that the packets leave by. Default: the link of `via`. Updates in place. */
  interface?: InterfaceReference | undefined;
  /** Share of the flows relative to the other next hops, 1 to 256. See ip-route(8). Default: 1. Updates in place. */
  weight?: pulumi.Input<number | undefined>;
  /** Treats `via` as a neighbour even if no address covers it. Default: false. Updates in place. */
  onlink?: pulumi.Input<boolean | undefined>;
}

/** Arguments of a {@link Route}. */
export interface RouteArgs extends OnHost {
  /**
   * Destination: `default`, or a network such as `192.168.1.0/24` or `fd00::/64`. `default` has the family of the gateway,
   * else of `source`, else IPv4; `0.0.0.0/0` and `::/0` are explicit. Updates in place to another spelling of the same
   * destination; any other change replaces.
   */
  destination: pulumi.Input<string>;
  /** Network namespace of the routing table. Default: that of the link, else the host's own. Replaces. */
  namespace?: NamespaceReference | undefined;
  /**
   * Address of the gateway. An IPv4 destination may have an IPv6 gateway (RFC 8950). Default: none, so receivers are on the
   * link itself. Updates in place; from IPv4 or none to IPv6, or back, replaces.
   */
  via?: pulumi.Input<string | undefined>;
  /** Link that the packets leave by. Default: the link of `via`. Updates in place. */
  interface?: InterfaceReference | undefined;
  /**
   * Preference among routes to the same destination: the lowest counts. See ip-route(8). Default: 0; for IPv6 1024.
   * Replaces.
   */
  metric?: pulumi.Input<number | undefined>;
  /**
   * Routing table: a number, a name such as `main`, `local` or `default` (254, 255, 253), or a name in
   * `/etc/iproute2/rt_tables` of the host, which counts as its number. Default: `main`. Replaces.
   */
  table?: pulumi.Input<number | string | undefined>;
  /**
   * Own address that the namespace sends from, unless a program chooses one. Default: the kernel chooses. Updates in place;
   * from IPv4 or none to IPv6, or back, replaces.
   */
  source?: pulumi.Input<string | undefined>;
  /** Largest packet in bytes, 68 (IPv6: 1280) to 65520. Default: that of the link. Updates in place. */
  mtu?: pulumi.Input<number | undefined>;
  /** Treats `via` as a neighbour on `interface` even if no address covers it. Default: false. Updates in place. */
  onlink?: pulumi.Input<boolean | undefined>;
  /**
   * Fate of the packets: `unicast` sends them on; `blackhole` drops them silently; `unreachable` and `prohibit` drop them and
   * tell the sender by ICMP. See ip-route(8). Default: `unicast`. Updates in place.
   */
  type?: pulumi.Input<"unicast" | "blackhole" | "unreachable" | "prohibit" | undefined>;
  /**
   * Next hops that share the flows (ECMP), instead of `via`, `interface` and `onlink`; two or more. Default: none. Updates in
   * place; from IPv4 gateways or none to IPv6 ones, or back, replaces.
   */
  nexthops?: readonly NexthopArgs[] | undefined;
  /**
   * Adopts a route with this destination, table and metric that another program made. Deletion restores its former settings
   * and leaves it. It counts at creation: once it is removed from the program, the route belongs to this resource. Default:
   * false. Updates in place.
   */
  adopt?: pulumi.Input<boolean | undefined>;
}

/**
 * An IPv4 or IPv6 route, as `ip route add` makes it. See ip-route(8).
 *
 * The kernel takes a gateway only while an address covers it, and forgets routes along with addresses. So a
 * route comes after every address that was declared before it in its namespace, and is replaced with them:
 * declare addresses first, or name them in `dependsOn`.
 */
export class Route extends NetnsResource {
  /** What it leads to. */
  declare readonly destination: pulumi.Output<string>;

  constructor(name: string, args: RouteArgs, options?: pulumi.CustomResourceOptions) {
    const machine = machineOf(`Route "${name}"`, args, options, [
      ["namespace", args.namespace, "namespace"],
      ["interface", args.interface, "link"],
      ...(args.nexthops ?? []).map(
        (way, at): Reference => [`nexthops[${at}].interface`, way?.interface, "link"],
      ),
    ]);
    const named = [args.interface, ...(args.nexthops ?? []).map((way) => way.interface)];
    const { links, place } = resolveLinks(machine, `Route "${name}"`, named, args.namespace);
    const [link, ...linksOfWays] = links;
    // Without a way, it drops packets, and needs no address for it.
    const isDeadEnd = args.via === undefined && args.interface === undefined && args.nexthops === undefined;
    const addresses = isDeadEnd ? [] : currentProgram().addressesIn(place);
    super(
      "Route",
      name,
      {
        ...args,
        namespace: place.name,
        interface: link?.name,
        nexthops: args.nexthops?.map((way, at) => ({ ...way, interface: linksOfWays[at]?.name })),
      },
      [],
      {
        // The kernel deletes it along with its link as well, but not what is written down about it.
        machine,
        deletedWith: [place.resource],
        replaceWith: [...links.map((each) => each?.resource), ...addresses],
      },
      options,
    );
  }
}
