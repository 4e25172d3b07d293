import { createHash } from "node:crypto";

/** What bridges and veth ends have in common. */

/**
 * A MAC address made from a mark: the same at every creation, so that neighbours' ARP entries survive a rebuild, and
 * set at creation, so that udev's MACAddressPolicy leaves it alone. Locally administered (IEEE 802c), unicast.
 */
export function macOf(mark: string, salt = ""): string {
  const bytes = createHash("sha256").update(`${mark}\n${salt}`).digest().subarray(0, 5).toString("hex");
  return `02:${bytes.replace(/(..)(?=.)/g, "$1:")}`;
}

/** `NAMESPACE/LINK`, or the link alone where it is in the host's own namespace. */
export const linkId = (namespace: string | undefined, name: string): string =>
  namespace === undefined ? name : `${namespace}/${name}`;
