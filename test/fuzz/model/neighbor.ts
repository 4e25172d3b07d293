import type { NeighborItem } from "../program";

/** An entry as `ip neigh show` and `ip neigh show proxy` have it. */
export function neighborLine({ args }: NeighborItem, place: string, link: string): string {
  const { address, lladdr, state = "permanent", router = false, proxy = false } = args;
  return [
    `neighbor ${place} ${link}: ${address}`,
    ...(proxy ? ["proxy"] : [`at ${lladdr}`, state]),
    ...(router ? ["router"] : []),
    "proto 110",
  ].join(", ");
}
