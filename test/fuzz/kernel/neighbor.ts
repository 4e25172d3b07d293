import type { KernelNeighbor, Look } from "./look";

/** The neighbours that somebody has set. All others appear and expire with the kernel's own queries. */
export const neighborLines = ({ place, neighbors }: Look): string[] =>
  neighbors.filter(isSet).map((entry) => neighborLine(place, entry));

/** The state `noarp` also covers groups and broadcasts, which the kernel knows without a query. */
const isSet = ({ state, protocol, isProxy }: KernelNeighbor): boolean =>
  isProxy || protocol !== "0" || state.includes("PERMANENT");

function neighborLine(place: string, entry: KernelNeighbor): string {
  const { dst, dev, lladdr, state, protocol, isRouter, isProxy } = entry;
  return [
    `neighbor ${place} ${dev}: ${dst}`,
    ...(isProxy ? ["proxy"] : [`at ${lladdr}`, ...state.map((word) => word.toLowerCase())]),
    ...(isRouter ? ["router"] : []),
    `proto ${protocol}`,
  ].join(", ");
}
