import { foldersOf, isExecutable, isIn } from "../../scripts/lib/search-path.mjs";
import { ip } from "../peers/ip.mjs";
import { ipBatch } from "../peers/ipBatch.mjs";
import { mininet } from "../peers/mininet.mjs";
import { netlink } from "../peers/netlink.mjs";
import { pyroute2 } from "../peers/pyroute2.mjs";
import { fast, makeProject, pulumiCall, stateBytes } from "./project.mjs";

// A contender has `call(step, network, place)`, which returns the timed command of a step. `place` has a folder of its own and the
// network as a file.

/** All steps in order. The peers only build and take down. */
export const steps = [
  ...["up", "no-op up", "preview", "refresh", "change one", "add ten", "remove ten", "destroy"],
];

const programs = { "single kinds": "single", Node: "node", Topology: "topology" };

/**
 * A program of ours with our provider or with the one that does nothing, with or without checkpoints. With them only `up` is measured, as
 * most of the time goes into writing the state.
 */
const ours = (kind, provider, mode) => ({
  name: [kind, ...(provider === "noop" ? ["no-op"] : []), ...(mode === "fast" ? [] : ["checkpoints"])].join(
    ", ",
  ),
  isReal: provider !== "noop",
  steps: mode === "fast" ? steps : ["up"],
  prepare: ({ folder, env }) => makeProject(folder, programs[kind], provider, env),
  call: (step, _network, place) =>
    pulumiCall(step, place, { ...place.env, ...(mode === "fast" || step === "destroy" ? fast : {}) }),
  stateBytes: ({ folder }) => stateBytes(folder),
});

const peer = (given) => ({ isReal: true, steps: ["up", "destroy"], prepare: () => {}, ...given });

export const contenders = [
  ...Object.keys(programs).flatMap((kind) => [ours(kind, "ours", "fast"), ours(kind, "noop", "fast")]),
  ...[ours("single kinds", "ours", "checkpoints"), ours("single kinds", "noop", "checkpoints")],
  ...[ip, ipBatch, pyroute2, mininet, netlink].map(peer),
];

/** Whether the programs on PATH and the files that it needs exist. */
export const isThere = ({ needs = [] }, env) =>
  needs.every((need) => (need.startsWith("/") ? isExecutable(need) : isIn(foldersOf(env.PATH), need)));
