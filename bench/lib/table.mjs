import { steps } from "./contenders.mjs";
import { contendersIn, secondsOf } from "./results.mjs";

/** The results in Markdown. */
export const report = ({ measurements, verdicts }) =>
  [
    ...measurements.flatMap((measurement) => [times(measurement), ...needs(measurement)]),
    goals(verdicts),
  ].join("\n\n");

function times(measurement) {
  const shown = steps.filter((step) => measurement.times.some((entry) => entry.step === step));
  return table(
    [`${measurement.shape} ${measurement.n}, seconds`, ...shown],
    contendersIn(measurement).map((contender) => [
      contender,
      ...shown.map((step) => fixed(secondsOf(measurement, contender, step))),
    ]),
  );
}

function needs(measurement) {
  if (measurement.needs.length === 0) return [];
  return [
    table(
      [`${measurement.shape} ${measurement.n}, up`, "processes", "memory, MB", "state, kB"],
      measurement.needs.map(({ contender, processes, memory, stateBytes }) => [
        ...[contender, processes ?? "", whole(memory, 2 ** 20), whole(stateBytes, 1000)],
      ]),
    ),
  ];
}

const goals = (verdicts) =>
  table(
    ["ratio", "star", "wanted at most", "is", ""],
    verdicts.map(({ claim, n, target, value, isGoal, isMet }) => [
      ...[claim, n, target, fixed(value ?? undefined)],
      value === null
        ? "not measured"
        : `${isMet ? "met" : "missed"}${isGoal ? "" : ", wanted for other sizes"}`,
    ]),
  );

const fixed = (number) => number?.toFixed(2) ?? "";
const whole = (number, unit) => (number ? Math.round(number / unit) : "");

const table = ([first, ...columns], rows) =>
  [[first, ...columns], ["---", ...columns.map(() => "---:")], ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
