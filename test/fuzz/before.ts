import { familyOf } from "./ip";
import { type Link, linkOf } from "./links";
import { type Item, ofKind, type Program } from "./program";

/** Who is who, from one program to the next. */

/** The name of a resource in the program before. */
const formerName = ({ name, formerly = name }: Item): string => formerly;

/** Who a resource was in the program before. */
export const formerly = (item: Item): string => `${item.kind} ${formerName(item)}`;

/** A link by the name that its resource had in the program before. */
export function refBefore(program: Program, { ref, owner }: Link): string {
  const item = program.find(({ name }) => name === owner);
  return `${item?.formerly ?? owner}${ref.slice(owner.length)}`;
}

/**
 * Whether `item` was moved away from a link that stays, which may be replaced in the same run. Engines up to 3.259 write
 * a state that has the item twice, when they replace what a resource was to be replaced with and is not any more.
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

/** Whether a link loses its last IPv4 address, which a run deletes after it has made what is new. */
export const losesIpv4 = (link: Link, program: Program, before: Program): boolean =>
  hasIpv4(before, refBefore(program, link)) && !hasIpv4(program, link.ref);

const hasIpv4 = (program: Program, ref: string): boolean =>
  ofKind(program, "Address").some(({ args }) => args.interface === ref && familyOf(args.address) === "ipv4");
