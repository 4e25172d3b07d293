import { z } from "zod";
import { linkName, macAddress, mtu, namespaceName } from "../../fields/common";

/** Arguments that kinds of link share. A schema spreads the groups that apply, and adds its own options. */

/** The name and the namespace of a link. */
export const placeFields = {
  name: linkName,
  namespace: namespaceName.optional(),
};

/** A link that may be a port of a bridge. */
export const portFields = {
  bridge: linkName.optional(),
};

/** A link that sends Ethernet frames. */
export const ethernetFields = {
  mac: macAddress,
  mtu: mtu.default(1500),
};

export const stateFields = {
  up: z.boolean().default(true),
};

export const ownerFields = {
  deleteForeign: z.boolean().optional(),
  adopt: z.boolean().optional(),
};

/** The checked arguments of one link. A kind omits those that its schema lacks. */
export interface LinkArgs {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly bridge?: string | undefined;
  readonly mac?: string | undefined;
  readonly mtu?: number | undefined;
  readonly up: boolean;
}

/** The arguments that all kinds of link share. The others are options of a kind. */
export type SharedField = keyof LinkArgs | keyof typeof ownerFields;
