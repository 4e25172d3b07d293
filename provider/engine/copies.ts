import { BlockList } from "node:net";
import { type HostId, perHost } from "../linux/host/perHost";
import { parseIp } from "../linux/ip";
import { claimOf } from "../linux/marks/objectName";
import { isClaimed } from "./claims";

/**
 * Addresses that a second link of the same namespace has as well, though no resource of the program gave it that: by hand,
 * most often. The kernel reaches their network by the link that had it first, so a route that only names a gateway would lead
 * there. Known from the creation of the address to the end of this run of the engine, in which the lost routes come back.
 */
const preferredOn = perHost(() => new Map<string, Preferred[]>());

interface Preferred {
  readonly network: BlockList;
  readonly link: string;
}

interface Placed {
  readonly namespace?: string | undefined;
  readonly interface: string;
  readonly address: string;
}

/** Notes the copies of an address among the links that have it, and returns their links. */
export function noteCopies(
  host: HostId,
  { namespace, interface: link, address }: Placed,
  links: readonly string[],
): string[] {
  const parsed = parseIp(address);
  const isForeign = (other: string) =>
    other !== link && !isClaimed(host, claimOf("address", namespace, `${other} ${address}`));
  const copies = [...new Set(links)].filter(isForeign);
  if (!parsed || copies.length === 0) return [];
  const network = new BlockList();
  network.addSubnet(parsed.address, parsed.prefix, parsed.family);
  const preferred = preferredOn.of(host);
  const place = namespace ?? "";
  preferred.set(place, [...(preferred.get(place) ?? []), { network, link }]);
  return copies;
}

/** The link to name for a gateway where the kernel would take a copy's; `undefined` leaves it to the kernel. */
export function linkTowards(
  host: HostId,
  namespace: string | undefined,
  gateway: string,
): string | undefined {
  const family = parseIp(gateway)?.family;
  return preferredOn
    .of(host)
    .get(namespace ?? "")
    ?.find(({ network }) => network.check(gateway, family))?.link;
}
