import { familyOf } from "./ip";
import { type Link, linkOf } from "./links";
import { type Item, ofKind, type Program } from "./program";

/** Identities of resources from one program to the next. */

/** The name of a resource in the previous program. */
const formerName = ({ name, formerly = name }: Item): string => formerly;

/** The identity of a resource in the previous program. */
export const formerly = (item: Item): string => `${item.kind} ${formerName(item)}`;

/** A link by the name that its resource had in the previous program. */
export function refBefore(program: Program, { ref, owner }: Link): string {
  const item = program.find(({ name }) => name === owner);
  return `${item?.formerly ?? owner}${ref.slice(owner.length)}`;
}

/**
 * Whether `item` was moved away from a link that stays and may be replaced in the same run. Engines up to 3.259 write the item twice to
 * the state if they replace a resource's former dependency.
 */
export function isMovedAway(
  item: Item & { kind: "Address" | "Neighbor" },
  link: Link,
  program: Program,
  before: Program,
): boolean {
  const old = ofKind(before, item.kind).find((one) => `${one.kind} ${one.name}` === formerly(item));
  const was = old && linkOf(before, old.args.interface)?.owner;
  const now = program.find((one) => one.name === link.owner);
  const isLeft = was !== undefined && now !== undefined && formerName(now) !== was;
  return isLeft && program.some((one) => formerName(one) === was);
}

/** Whether a link loses its last IPv4 address. A run deletes it after it creates new objects. */
export const losesIpv4 = (link: Link, program: Program, before: Program): boolean =>
  hasIpv4(before, refBefore(program, link)) && !hasIpv4(program, link.ref);

const hasIpv4 = (program: Program, ref: string): boolean =>
  ofKind(program, "Address").some(({ args }) => args.interface === ref && familyOf(args.address) === "ipv4");
