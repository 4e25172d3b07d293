import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { RouteArgs as Schema } from "../provider/kinds/route";
import {
  expectReferences,
  type InterfaceReference,
  type NamespaceReference,
  type Reference,
} from "./handles";
import { currentProgram } from "./program";
import { resolveLinks } from "./reference";
import { type Inputs, NetnsResource } from "./resource";

type NexthopSchema = NonNullable<z.input<typeof Schema>["nexthops"]>[number];

/** One of the ways of a {@link Route} that has several. */
export type NexthopArgs = Inputs<Omit<NexthopSchema, "interface">> & {
  /** Link that the packets leave by. Default: the one that `via` is on. Updates in place. */
  interface?: InterfaceReference;
};

/**
 * Arguments of a {@link Route}.
 * @interface
 */
export type RouteArgs = Inputs<Omit<z.input<typeof Schema>, "namespace" | "interface" | "nexthops">> & {
  /** Network namespace whose routing table it is in. Default: the link's, else the host's own. Replaces. */
  namespace?: NamespaceReference;
  /**
   * Link that the packets leave by: a bridge, an end of a veth pair, or the name of any interface. Default:
   * the one that `via` is on. Updates in place.
   */
  interface?: InterfaceReference;
  /**
   * Several ways at once that the flows are spread over (ECMP), in place of `via`, `interface` and `onlink`.
   * Default: none. Updates in place; from IPv4 gateways or none to IPv6 ones, or back, replaces.
   */
  nexthops?: readonly NexthopArgs[];
};

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
    expectReferences(`Route "${name}"`, [
      ["namespace", args.namespace, "namespace"],
      ["interface", args.interface, "link"],
      ...(args.nexthops ?? []).map(
        (way, at): Reference => [`nexthops[${at}].interface`, way?.interface, "link"],
      ),
    ]);
    const named = [args.interface, ...(args.nexthops ?? []).map((way) => way.interface)];
    const { links, place } = resolveLinks(`Route "${name}"`, named, args.namespace);
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
        deletedWith: [place.resource],
        replaceWith: [...links.map((each) => each?.resource), ...addresses],
      },
      options,
    );
  }
}
