import { inRoot } from "../../scripts/lib/paths.mjs";

/** Where peers are put that no package manager of the system has; goes with node_modules. */
export const peerFolder = "node_modules/.cache/bench";

export const inPeers = (...parts) => inRoot(peerFolder, ...parts);
