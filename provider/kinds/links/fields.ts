import { z } from "zod";
import { linkName, macAddress, mtu, namespaceName } from "../../fields/common";

/** Arguments that kinds of link share. A schema spreads the groups that apply, and adds its own options. */

/** The name and the place of a link. */
export const placeFields = {
  /** Name of the link, up to 15 bytes. Replaces. */
  name: linkName,
  /** Network namespace the link is in. Default: the host's own. Replaces. */
  namespace: namespaceName.optional(),
};

/** A link that may be a port of a bridge. */
export const portFields = {
  /** Bridge in the same namespace that the link is a port of. Default: none. Updates in place. */
  bridge: linkName.optional(),
};

/** A link that sends Ethernet frames. */
export const ethernetFields = {
  /** MAC address. Updates in place. */
  mac: macAddress,
  /** Largest packet in bytes. Default: 1500. Updates in place. */
  mtu: mtu.default(1500),
};

export const stateFields = {
  /** Whether the link is up. Default: true. Updates in place. */
  up: z.boolean().default(true),
};

export const ownerFields = {
  /**
   * Delete the link although others lose something with it: ports and links on top of it that are not this stack's, and
   * objects on it that other stacks have recorded. Otherwise deletion is refused while there are any. Default: false.
   * Updates in place.
   */
  deleteForeign: z.boolean().optional(),
  /**
   * Take over a link of this name and kind that something else made. Deletion restores its former settings, and leaves
   * it. Counts at creation; taken out later, the link becomes this resource's own. Default: false. Updates in place.
   */
  adopt: z.boolean().optional(),
};

/** One link as its arguments describe it, after `check`. A kind leaves out what its schema does not have. */
export interface LinkArgs {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly bridge?: string | undefined;
  readonly mac?: string | undefined;
  readonly mtu?: number | undefined;
  readonly up: boolean;
}

/** Every argument that the machine for links handles itself; the others are options of a kind. */
export type SharedField = keyof LinkArgs | keyof typeof ownerFields;
