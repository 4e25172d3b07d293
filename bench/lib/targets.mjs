import { network, resourceCount } from "./network.mjs";
import { needsOf, ratioOf, secondsOf } from "./results.mjs";

const ratio = (claim, target, ours, theirs, sizes) => ({
  ...{ claim, target, sizes },
  of: (measurement) => ratioOf(measurement, ours, theirs),
});

const noop = (kind) => `${kind}, no-op`;

const changeOne = (kind) =>
  ratio(`${kind}: changing one node, to a no-op up`, 1.2, [kind, "change one"], [kind, "no-op up"], [300]);

const both = [100, 300];

/** Our goals: the highest allowed ratio on stars of these sizes. */
const goals = [
  ...["up", "refresh", "destroy"].map((step) =>
    ratio(`single kinds: ${step}, to no-op`, 1.3, ["single kinds", step], [noop("single kinds")], both),
  ),
  ratio(
    "single kinds with checkpoints: up, to no-op",
    1.1,
    ["single kinds, checkpoints", "up"],
    ["single kinds, no-op, checkpoints"],
    both,
  ),
  ratio("Node: up, to Mininet", 0.6, ["Node", "up"], ["Mininet"], [300]),
  ratio("Node: up, to ip by hand", 0.4, ["Node", "up"], ["ip by hand"], [300]),
  ratio("Node: destroy, to Mininet", 0.3, ["Node", "destroy"], ["Mininet"], [300]),
  {
    claim: "Topology: up without the engine's part, to ip -batch",
    target: 2,
    sizes: [300],
    of: (measurement) => {
      const [all, engine, batch] = ["Topology", noop("Topology"), "ip -batch"].map((contender) =>
        secondsOf(measurement, contender, "up"),
      );
      return all && engine && batch && (all - engine) / batch;
    },
  },
  ...["single kinds", "Node", "Topology"].map(changeOne),
  {
    claim: "single kinds: processes a resource",
    target: 1,
    sizes: [300],
    of: (measurement) => per(measurement, "single kinds", resourceCount(networkOf(measurement))),
  },
  {
    claim: "Node: processes a node",
    target: 2,
    sizes: [300],
    of: (measurement) => per(measurement, "Node", measurement.n),
  },
];

const networkOf = ({ shape, n }) => network(shape, n);

function per(measurement, contender, count) {
  const { processes } = needsOf(measurement, contender);
  return processes && processes / count;
}

/** Every goal at each measured size of the star, and how the largest network grows. */
export function verdicts(measurements) {
  const stars = measurements.filter(({ shape }) => shape === "star");
  const small = stars.filter(({ n }) => both.includes(n));
  const ofGoal = ({ claim, target, sizes, of }) => {
    const all = small.map((measurement) =>
      verdict({ claim, target, n: measurement.n, sizes }, of(measurement)),
    );
    const measured = all.filter(({ value }) => value !== null);
    return measured.length > 0 ? measured : all;
  };
  return [
    ...goals.flatMap(ofGoal),
    verdict(
      { claim: "Topology: up of star 1,000, to star 300", target: 4, n: 1000, sizes: [1000] },
      growth(stars),
    ),
  ];
}

function growth(stars) {
  const [small, large] = [300, 1000].map((size) => {
    const measurement = stars.find(({ n }) => n === size);
    return measurement && secondsOf(measurement, "Topology", "up");
  });
  return small && large && large / small;
}

/** `isGoal`: whether the goal names this size. A missing value means that something could not be measured. */
const verdict = ({ claim, target, n, sizes }, value = null) => ({
  ...{ claim, n, target, value, isGoal: sizes.includes(n) },
  isMet: value === null ? null : value <= target,
});
