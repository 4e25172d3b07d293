function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The times of one contender and step, in the order of the rounds. */
const timesOf = ({ times }, contender, step) =>
  times
    .filter((entry) => entry.contender === contender && entry.step === step)
    .sort((a, b) => a.round - b.round)
    .map(({ seconds }) => seconds);

/** The median in seconds, or `undefined` if it was not measured. */
export function secondsOf(measurement, contender, step) {
  const seconds = timesOf(measurement, contender, step);
  return seconds.length > 0 ? median(seconds) : undefined;
}

/** The median of the ratios per round. A disturbance of a whole round cancels out. */
export function ratioOf(measurement, [contender, step], [other, otherStep = step]) {
  const [ours, theirs] = [timesOf(measurement, contender, step), timesOf(measurement, other, otherStep)];
  if (ours.length === 0 || theirs.length === 0) return undefined;
  return median(ours.map((seconds, round) => seconds / theirs[round]));
}

export const needsOf = ({ needs }, contender) => needs.find((entry) => entry.contender === contender) ?? {};

export const contendersIn = ({ times }) => [...new Set(times.map(({ contender }) => contender))];
