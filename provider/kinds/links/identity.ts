import { createHash } from "node:crypto";
import { hasMark, type Owner } from "../../linux/marks/owner";
import { memoized } from "../../linux/memo";

/** What bridges and veth ends have in common. */

/**
 * The kernel takes no alias in the message that creates a link, but it takes a group. A link is born in a group made
 * from its mark, and leaves it as it gets its alias: what a crash left between the two is known by it.
 */
export function birthGroup(mark: string): string {
  const hash = createHash("sha256").update(mark).digest().readUInt32BE();
  // Above the numbers that people choose, below those that iproute2 takes for negative.
  return String((hash >>> 2) + 0x4000_0000);
}

/** The marks of a link: its alias, and those that it was born with. */
interface Marks {
  readonly owner: Owner;
  readonly group: string | undefined;
  readonly mac?: string | undefined;
}

/**
 * Whether a link is its resource's own by the mark, or by one that it was born with where something else has taken the alias:
 * the group, or the MAC address that is made from the mark. A link whose alias is another mark is another resource's.
 */
export const isMarked = ({ owner, group, mac }: Marks, mark: string, bornMac?: string): boolean =>
  hasMark(owner, mark) ||
  (owner.by !== "resource" && (group === birthGroup(mark) || (bornMac !== undefined && mac === bornMac)));

/** The words of `ip link set` that give a link its mark. Without one it is nobody's again. */
export const markWords = (mark: string, group?: string): string[] => [
  ...["alias", mark],
  ...(group === birthGroup(mark) ? ["group", "default"] : []),
];

/**
 * A MAC address made from a mark: the same at every creation, so that neighbours' ARP entries survive a rebuild, and
 * set at creation, so that udev's MACAddressPolicy leaves it alone. Locally administered (IEEE 802c), unicast.
 */
export const macOf = (mark: string, salt = ""): string => macFrom(`${mark}\n${salt}`);

const macFrom = memoized((text: string): string => {
  const bytes = createHash("sha256").update(text).digest().subarray(0, 5).toString("hex");
  return `02:${bytes.replace(/(..)(?=.)/g, "$1:")}`;
});

/** `NAMESPACE/LINK`, or the link alone where it is in the host's own namespace. */
export const linkId = (namespace: string | undefined, name: string): string =>
  namespace === undefined ? name : `${namespace}/${name}`;

/** What the far end of a node's cable is called unless the program says. */
export const farEndName = (node: string, link: string): string => `${node}-${link}`;

/** The link that every namespace is born with. */
export const LOOPBACK = "lo";
