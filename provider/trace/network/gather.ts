import { ip } from "../../linux/command";
import { CommandError, isNotFound } from "../../linux/errors";
import type { Host } from "../../linux/host/host";
import { parseNamespaceNames } from "../../linux/read/namespaceId";
import { lookAt, type Network, type Place, placeOf } from "./network";

/** Reads the network of a host. No command changes anything. */

/** The number of namespaces to read concurrently. Each may start a process. */
const AT_ONCE = 8;

/** Every link and address of every namespace, and of the host. */
export async function gatherNetwork(host: Host): Promise<Network> {
  const names = parseNamespaceNames(await host.run(ip(undefined, "-j", "netns", "list")));
  const left: (string | undefined)[] = [undefined, ...names];
  const places: Place[] = [];
  const work = async () => {
    while (left.length > 0) {
      const place = await gatherPlace(host, left.shift());
      if (place) places.push(place);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  // Sorted by name, whichever answered first.
  return places.sort((a, b) => (a.name ?? "").localeCompare(b.name ?? ""));
}

export async function gatherPlace(host: Host, name: string | undefined): Promise<Place | undefined> {
  try {
    return placeOf(name, await Promise.all(lookAt(name).map((look) => host.run(look))));
  } catch (error) {
    // It was deleted meanwhile, is a stale name, or leads to the host, which is read separately.
    const isNone = isNotFound(error) || (error instanceof CommandError && error.reason === "HostItself");
    if (name !== undefined && isNone) return undefined;
    throw error;
  }
}
