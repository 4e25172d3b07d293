import type * as pulumi from "@pulumi/pulumi";
import type { BridgeReference, NamespaceReference, PlainLinkHandle } from "./handles";
import type { OnHost } from "./host";
import { Link } from "./link";

/** Arguments of a {@link Dummy}. */
export interface DummyArgs extends OnHost {
  /** Name of the link, up to 15 bytes. Default: the resource's name. Replaces. */
  name?: pulumi.Input<string>;
  /** Network namespace of the link. Default: that of `bridge` where one is given, else the host's own. Replaces. */
  namespace?: NamespaceReference | undefined;
  /** Linux bridge in the same namespace that the link is a port of. Default: none. Updates in place. */
  bridge?: BridgeReference | undefined;
  /** MAC address. Default: derived from the mark, so it is the same at every creation. Updates in place. */
  mac?: pulumi.Input<string | undefined>;
  /** Largest packet in bytes. Default: 1500. Updates in place. */
  mtu?: pulumi.Input<number | undefined>;
  /** Whether the link is up. Default: true. Updates in place. */
  up?: pulumi.Input<boolean | undefined>;
  /**
   * Deletes the link although other owners lose something: their links on top of it, and objects that other stacks recorded
   * on it. Without it, the deletion fails while there are any. Default: false. Updates in place.
   */
  deleteForeign?: pulumi.Input<boolean | undefined>;
  /**
   * Adopts a dummy of this name that another program made. Deletion restores its former settings and leaves it. It counts
   * at creation: once it is removed from the program, the link belongs to this resource. Default: false. Updates in place.
   */
  adopt?: pulumi.Input<boolean | undefined>;
}

/**
 * A link without another end, for addresses that are on no cable, as `ip link add type dummy` makes it. See ip-link(8).
 * It drops the packets that it is to send.
 */
export class Dummy extends Link implements PlainLinkHandle {
  /** MAC address. */
  declare readonly mac: pulumi.Output<string>;

  constructor(name: string, args: DummyArgs = {}, options?: pulumi.CustomResourceOptions) {
    super("link", "Dummy", name, args, options);
  }
}
