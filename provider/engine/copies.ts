import { BlockList } from "node:net";
import { type HostId, perHost } from "../linux/host/perHost";
import { parseIp } from "../linux/ip";
import { objectName } from "../linux/marks/objectName";
import { isClaimed } from "./claims";

/**
 * Addresses that another link of the namespace also has, usually added by hand. The kernel reaches their network through the
 * link that had the address first, so a route with only a gateway could use the wrong link. Copies are known from the
 * creation of the address until the end of the run, in which lost routes are recreated.
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

/** Registers the copies of an address among the links that have it, and returns those links. */
export function noteCopies(
  host: HostId,
  { namespace, interface: link, address }: Placed,
  links: readonly string[],
): string[] {
  const parsed = parseIp(address);
  const isForeign = (other: string) =>
    other !== link && !isClaimed(host, objectName("address", namespace, `${other} ${address}`));
  const copies = [...new Set(links)].filter(isForeign);
  if (!parsed || copies.length === 0) return [];
  const network = new BlockList();
  network.addSubnet(parsed.address, parsed.prefix, parsed.family);
  const preferred = preferredOn.of(host);
  const place = namespace ?? "";
  preferred.set(place, [...(preferred.get(place) ?? []), { network, link }]);
  return copies;
}

/**
 * Returns the link to name for a gateway if the kernel would choose the link of a copy, or `undefined` to leave the choice
 * to the kernel.
 */
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
