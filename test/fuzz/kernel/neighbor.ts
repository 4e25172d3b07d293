import type { KernelNeighbor, Look } from "./look";

/** The neighbours that somebody has set; all others come and go as the kernel asks around. */
export const neighborLines = ({ place, neighbors }: Look): string[] =>
  neighbors.filter(isSet).map((entry) => neighborLine(place, entry));

/** Of the state `noarp` are groups and broadcasts as well, by which the kernel knows them without asking. */
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
