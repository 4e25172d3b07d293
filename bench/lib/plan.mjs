import { contenders as all, steps as whole } from "./contenders.mjs";
import { shapeNames } from "./network.mjs";

const sizes = [2, 10, 100, 300];
const topology = ({ name }) => name.startsWith("Topology");

/** The networks to measure, the contenders and the rounds. A quick run leaves out everything that no goal names. */
export const plan = ({ only, ...options }) =>
  tasks(options).map(({ contenders, ...task }) => ({
    ...{ ...task, contenders: contenders.filter(({ name }) => only?.includes(name) ?? true) },
  }));

function tasks({ quick, rounds, shapes = shapeNames, sizes: asked = sizes }) {
  if (quick) return quickly(rounds ?? 3);
  const large =
    asked.length === sizes.length
      ? [{ shape: "star", n: 1000, contenders: all.filter(topology), rounds: 3 }]
      : [];
  return [
    ...shapes.flatMap((shape) =>
      asked.map((n) => ({ shape, n, contenders: all, rounds: rounds ?? (n > 100 ? 3 : 5) })),
    ),
    ...large,
  ].map((entry) => ({ steps: whole, ...entry }));
}

/** For each contender only the steps that a goal names. */
const ofInterest = (contender) => {
  const wanted = contender.name.startsWith("single")
    ? ["up", "refresh", "destroy"]
    : contender.name.includes("no-op")
      ? ["up", "destroy"]
      : ["up", "no-op up", "change one", "destroy"];
  return { ...contender, steps: contender.steps.filter((step) => wanted.includes(step)) };
};

/** One contender with checkpoints takes as long as all others together. */
const isOnce = ({ name }) => name.endsWith("checkpoints");

const quickly = (rounds) => [
  {
    ...{ shape: "star", n: 100, rounds },
    contenders: all
      .filter(({ name }) => name !== "Node, no-op")
      .map((contender) => ({ ...ofInterest(contender), ...(isOnce(contender) && { rounds: 1 }) })),
    steps: ["up", "no-op up", "refresh", "change one", "destroy"],
    watched: ["single kinds", "Node"],
  },
  ...[300, 1000].map((n) => ({
    ...{ shape: "star", n, rounds: 1, steps: ["up", "destroy"], watched: [] },
    contenders: all.filter(({ name }) => name === "Topology"),
  })),
];
