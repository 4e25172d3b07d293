import { z } from "zod";
import { parseJson } from "../json";

/** Keys of an entry that arguments can express, or that do not matter. */
const PLAIN = ["router", "proxy"];

const Neighbor = z
  .looseObject({
    dst: z.string(),
    /** Absent if the command selected one link. */
    dev: z.string().optional(),
    lladdr: z.string().optional(),
    /** A single state. Empty for an unknown neighbour and for a proxy entry. */
    state: z.array(z.string()).default([]),
    protocol: z.string().default("0"),
  })
  .transform(({ dst, dev, lladdr, state, protocol, ...others }) => ({
    dst,
    interface: dev,
    lladdr,
    state: (state[0] ?? "none").toLowerCase(),
    // A flag is a key with the value `null`.
    router: "router" in others,
    protocol: Number(protocol),
    /** Flags that no argument can express, by their names in ip(8). */
    more: Object.keys(others).filter((key) => !PLAIN.includes(key)),
  }));

/** An entry in the output of `ip -N -j neigh show`. */
export type NeighborInfo = z.output<typeof Neighbor>;

/** Parses the output of `ip -N -j neigh show …`. Returns an empty list if the link or the namespace does not exist. */
export const parseNeighbors = (text: string | undefined): NeighborInfo[] =>
  parseJson(z.array(Neighbor), text ?? "");
