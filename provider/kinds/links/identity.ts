import { createHash } from "node:crypto";
import { hasMark, type Owner } from "../../linux/marks/owner";
import { memoized } from "../../linux/memo";

/** The identity of a link: its name, and the marks that it carries. */

/**
 * The kernel accepts a group in the message that creates a link, but no alias. A link is created in a group derived
 * from its mark and leaves it when it gets its alias. The group identifies what a crash leaves in between.
 */
export function birthGroup(mark: string): string {
  const hash = createHash("sha256").update(mark).digest().readUInt32BE();
  // Above the numbers that people choose, and below those that iproute2 reads as negative.
  return String((hash >>> 2) + 0x4000_0000);
}

/** The marks of a link: its owner by the alias, and those that it was created with. */
interface Marks {
  readonly owner: Owner;
  readonly group: string | undefined;
  readonly mac?: string | undefined;
}

/**
 * Whether a link belongs to the resource. If another program has overwritten the alias, the group or the MAC address
 * derived from the mark decides. A link with another mark belongs to that resource.
 */
export const isMarked = ({ owner, group, mac }: Marks, mark: string, bornMac?: string): boolean =>
  hasMark(owner, mark) ||
  (owner.by !== "resource" && (group === birthGroup(mark) || (bornMac !== undefined && mac === bornMac)));

/** Returns the words of `ip link set` that write the mark. An empty mark deletes it. */
export const markWords = (mark: string, group?: string): string[] => [
  ...["alias", mark],
  ...(group === birthGroup(mark) ? ["group", "default"] : []),
];

/**
 * Returns a MAC address derived from a mark. It is the same at every creation, so neighbours keep their ARP entries. It
 * is set at creation, so udev's MACAddressPolicy does not change it. Locally administered (IEEE 802c), unicast.
 */
export const macOf = (mark: string, salt = ""): string => macFrom(`${mark}\n${salt}`);

const macFrom = memoized((text: string): string => {
  const bytes = createHash("sha256").update(text).digest().subarray(0, 5).toString("hex");
  return `02:${bytes.replace(/(..)(?=.)/g, "$1:")}`;
});

/** Returns `NAMESPACE/LINK`, or the link alone in the host's own namespace. */
export const linkId = (namespace: string | undefined, name: string): string =>
  namespace === undefined ? name : `${namespace}/${name}`;

/** The default name of the far end of a node's cable. */
export const farEndName = (node: string, link: string): string => `${node}-${link}`;

/** The link that every new namespace has. */
export const LOOPBACK = "lo";
