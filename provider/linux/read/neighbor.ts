import { z } from "zod";
import { parseJson } from "../json";

/** What any entry may say, and no more than a Neighbor can. */
const PLAIN = ["dst", "dev", "lladdr", "router", "proxy", "state", "protocol"];

const Neighbor = z
  .looseObject({
    dst: z.string(),
    lladdr: z.string().optional(),
    /** One word; none where nothing is known of the neighbour, and for a proxy entry. */
    state: z.array(z.string()).default([]),
    protocol: z.string().default("0"),
  })
  .transform(({ dst, lladdr, state, protocol, ...others }) => ({
    dst,
    lladdr,
    state: (state[0] ?? "none").toLowerCase(),
    // A flag is a key without a value.
    router: "router" in others,
    protocol: Number(protocol),
    /** Flags that no argument can say, as ip(8) calls them. */
    more: Object.keys(others).filter((key) => !PLAIN.includes(key)),
  }));

/** One entry as `ip -N -j neigh show` tells it. */
export type NeighborInfo = z.output<typeof Neighbor>;

/** The answer to `ip -N -j neigh show …`; none where the link or the namespace does not exist. */
export const parseNeighbors = (text: string | undefined): NeighborInfo[] =>
  parseJson(z.array(Neighbor), text ?? "");
