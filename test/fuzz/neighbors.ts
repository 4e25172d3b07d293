import { formerly, isMovedAway, losesIpv4, refBefore } from "./before";
import { placeText } from "./claims";
import { familyOf } from "./ip";
import { type Link, linkOf, linksOf } from "./links";
import { type NeighborItem, ofKind, type Program } from "./program";

/** Whether the kernel can have an entry, and keeps it on the way from the program `before`. */
export function neighborStands(
  item: NeighborItem,
  kept: Program,
  program: Program,
  before: Program,
): boolean {
  const link = linkOf(kept, item.args.interface);
  // Bridges follow ports, which come later.
  const whole = linkOf(program, item.args.interface);
  if (!link?.up || !whole) return false;
  return (
    hasForm(item) &&
    (familyOf(item.args.address) === "ipv4" || whole.mtu >= 1280) &&
    !isMovedAway(item, link, program, before) &&
    !isLeft(item, kept, before) &&
    !losesIpv4(link, kept, before) &&
    survives(item, program, before)
  );
}

/** A proxy entry has neither a MAC address nor a state; only IPv6 has routers. */
function hasForm({ args: { address, lladdr, state, router, proxy } }: NeighborItem): boolean {
  const isTold = lladdr !== undefined;
  return (proxy ? !isTold && state === undefined : isTold) && (router === undefined || address.includes(":"));
}

const itemBefore = (item: NeighborItem, before: Program): NeighborItem | undefined =>
  ofKind(before, "Neighbor").find((one) => `Neighbor ${one.name}` === formerly(item));

/** Whether its address is now on another link: see `isMovedAway`. */
function isLeft(item: NeighborItem, kept: Program, before: Program): boolean {
  const old = itemBefore(item, before);
  return ofKind(before, "Address")
    .filter((address) => address.args.interface === old?.args.interface)
    .some((address) => {
      const now = ofKind(kept, "Address").find((one) => formerly(one) === `Address ${address.name}`);
      return now !== undefined && now.args.interface !== item.args.interface;
    });
}

/**
 * The kernel empties the table of a link that goes down, gets another MAC address or loses IPv6. A run only learns this by a refresh, so
 * such an entry is left out.
 */
function survives(item: NeighborItem, program: Program, before: Program): boolean {
  const old = itemBefore(item, before);
  const was = old && linkOf(before, old.args.interface);
  if (!was) return true;
  const now = linksOf(program).find((link) => refBefore(program, link) === was.ref);
  // A replaced link replaces its neighbours.
  if (!now || nameOf(program, now) !== nameOf(before, was)) return true;
  return now.up && macOf(now) === macOf(was) && (now.mtu >= 1280 || was.mtu < 1280);
}

/** The default comes from the mark, so a renamed resource gets another MAC address. */
const macOf = ({ mac, owner }: Link): string => mac ?? `that of ${owner}`;

const nameOf = (program: Program, { place, name }: Link): string => `${placeText(program, place)} ${name}`;
