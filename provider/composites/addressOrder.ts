import { familyOf, parseIp } from "../linux/ip";
import type { AddressInfo } from "../linux/read/address";

/**
 * Models the order in which the kernel keeps the addresses of a link. The first IPv4 address of a subnet is its primary one,
 * which packets come from; of IPv6 addresses that serve equally well, packets come from the first.
 */

/** The properties of an address that decide its position. */
export interface Entry {
  readonly key: string;
  /** Unique among the addresses of the link. */
  readonly identity: string;
  readonly isIpv6: boolean;
  /** The IPv4 subnet, which has one primary address. */
  readonly subnet: string;
  /** The scope as a number; a larger one is narrower. */
  readonly scope: number;
}

const SCOPES: Readonly<Record<string, number>> = { global: 0, link: 253, host: 254 };

/** The arguments of an address that decide its position. */
export interface Placed {
  readonly address: string;
  readonly peer?: string | undefined;
  readonly scope: string;
}

/** Returns the entry for the arguments of an address. */
export function entryOf(key: string, { address, peer = address, scope }: Placed): Entry {
  const far = parseIp(peer);
  return {
    key,
    identity: `${parseIp(address)?.address} ${far?.address}/${far?.prefix}`,
    isIpv6: familyOf(address) === "ipv6",
    subnet: `${far?.start}/${far?.prefix}`,
    scope: SCOPES[scope] ?? 0,
  };
}

/** Returns the entry for an address in the kernel. */
export const observedEntry = (
  key: string,
  { local, address = local, prefixlen, scope }: AddressInfo,
): Entry => entryOf(key, { address: local, peer: `${address}/${prefixlen}`, scope });

/** The addresses of a link. Adding and removing one changes their order as in the kernel. */
export class AddressList {
  private primary: Entry[] = [];
  private secondary: Entry[] = [];
  private ipv6: Entry[] = [];

  static of(entries: readonly Entry[]): AddressList {
    const list = new AddressList();
    for (const entry of entries) list.add(entry);
    return list;
  }

  /** See `__inet_insert_ifa` in net/ipv4/devinet.c and `ipv6_link_dev_addr` in net/ipv6/addrconf.c. */
  add(entry: Entry): void {
    // The kernel inserts a new IPv6 address before the others of its scope.
    if (entry.isIpv6)
      insert(
        this.ipv6,
        entry,
        this.ipv6.findIndex(({ scope }) => entry.scope <= scope),
      );
    else if (this.primary.some(({ subnet }) => subnet === entry.subnet)) this.secondary.push(entry);
    else insert(this.primary, entry, this.primary.findLastIndex(({ scope }) => entry.scope <= scope) + 1);
  }

  /** Removes an address and promotes the next one of its subnet. See `__inet_del_ifa`. */
  remove({ key }: Entry): void {
    for (const list of [this.secondary, this.ipv6]) {
      const at = list.findIndex((entry) => entry.key === key);
      if (at >= 0) list.splice(at, 1);
    }
    const at = this.primary.findIndex((entry) => entry.key === key);
    const gone = this.primary[at];
    if (!gone) return;
    this.primary.splice(at, 1);
    const next = this.secondary.findIndex(({ subnet }) => subnet === gone.subnet);
    for (const entry of next >= 0 ? this.secondary.splice(next, 1) : []) {
      const isBehind = next === 0 && at === this.primary.length;
      const last = this.primary.findLastIndex(({ scope }, place) => place >= at && gone.scope <= scope);
      // The kernel starts its search for the last primary address at the first address.
      insert(this.primary, entry, isBehind ? at : Math.max(last, 0) + 1);
    }
  }

  has({ key }: Entry): boolean {
    return this.entries.some((entry) => entry.key === key);
  }

  /** Returns all addresses in the kernel's order. */
  get entries(): readonly Entry[] {
    return [...this.primary, ...this.secondary, ...this.ipv6];
  }

  /** Returns the keys in the kernel's order, and which addresses are secondary. */
  get order(): readonly string[] {
    return [...this.primary.map(keyIn), "", ...this.secondary.map(keyIn), "", ...this.ipv6.map(keyIn)];
  }
}

const keyIn = ({ key }: Entry): string => key;

const insert = (list: Entry[], entry: Entry, at: number): void => {
  list.splice(at < 0 ? list.length : at, 0, entry);
};

/** The addresses to remove and add again, so that the link ends up as if all had been added in order. */
export interface Moves {
  /** Removed before others are added. */
  readonly first: readonly string[];
  /** Removed and added again in their turn, so that their network stays connected. */
  readonly inTurn: readonly string[];
}

const NONE: Moves = { first: [], inTurn: [] };

/**
 * Returns the fewest addresses from the end of the list to move. `before` holds the addresses of the link in an order that
 * produces the current one. `stay` tells which of them are wanted and in place.
 */
export function movesTo(
  before: readonly Entry[],
  wanted: readonly Entry[],
  stay: ReadonlySet<string>,
): Moves {
  const goal = AddressList.of(wanted).order;
  const leadsToGoal = (moves: Moves) =>
    listAfter(before, wanted, stay, moves).order.every((key, at) => key === goal[at]);
  for (let kept = wanted.length; kept >= 0; kept--) {
    const keys = wanted
      .slice(kept)
      .map(keyIn)
      .filter((key) => stay.has(key));
    // This address does not stay anyway, so the result equals that of keeping one more.
    if (kept < wanted.length && !stay.has(wanted[kept]?.key ?? "")) continue;
    const found = [
      { ...NONE, inTurn: keys },
      { ...NONE, first: keys },
    ].find(leadsToGoal);
    if (found) return found;
  }
  return { ...NONE, first: wanted.map(keyIn).filter((key) => stay.has(key)) };
}

/** Returns the addresses of the link once the unwanted ones are removed and the list is added in order. */
function listAfter(
  before: readonly Entry[],
  wanted: readonly Entry[],
  stay: ReadonlySet<string>,
  { first, inTurn }: Moves,
): AddressList {
  const list = AddressList.of(before);
  for (const entry of [...before].reverse()) {
    if (!stay.has(entry.key) || first.includes(entry.key)) list.remove(entry);
  }
  for (const entry of wanted) {
    if (inTurn.includes(entry.key)) list.remove(entry);
    if (!list.has(entry)) list.add(entry);
  }
  return list;
}

/**
 * Returns an order of `asked` whose addition produces `observed`: the requested order if the kernel matches it, otherwise
 * the nearest one that other addresses of the link permit.
 */
export function observedOrder(asked: readonly Entry[], observed: readonly Entry[]): readonly string[] {
  const own = new Set(asked.map(({ identity }) => identity));
  const others = observed.filter(({ identity }) => !own.has(identity));
  const keysOf = (entries: readonly Entry[]) => {
    const places = new Map(entries.map(({ identity }, at) => [identity, at]));
    const placeOf = ({ identity }: Entry) => places.get(identity) ?? entries.length;
    return [...asked].sort((one, other) => placeOf(one) - placeOf(other)).map(keyIn);
  };
  const now = keysOf(observed);
  const isAsAsked = [asked, [...inAddingOrder(others), ...asked]].some(
    (entries) => keysOf(AddressList.of(entries).entries).join("\n") === now.join("\n"),
  );
  if (isAsAsked) return asked.map(keyIn);
  const byKey = new Map(asked.map((entry) => [entry.key, entry]));
  return inAddingOrder(now.flatMap((key) => byKey.get(key) ?? [])).map(keyIn);
}

/** Returns the listed addresses in the order in which they would have been added. */
const inAddingOrder = (observed: readonly Entry[]): Entry[] => [
  ...observed.filter(({ isIpv6 }) => !isIpv6),
  ...observed.filter(({ isIpv6 }) => isIpv6).reverse(),
];
