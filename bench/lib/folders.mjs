import { inRoot } from "../../scripts/lib/paths.mjs";

/** The folder of peers that no package manager of the system has. It is deleted with node_modules. */
export const peerFolder = "node_modules/.cache/bench";

export const inPeers = (...parts) => inRoot(peerFolder, ...parts);
