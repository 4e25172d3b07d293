/** Counts as longer than any portion with an estimate, so that a new portion starts early and is never a long tail. */
const UNKNOWN = 3600;

/**
 * The order in which portions start: longest first, so that all lanes end together. A portion that others come `after` counts as
 * long as itself and the longest of them.
 */
export function longestFirst(portions, estimates) {
  const own = ({ name }) => estimates[name] ?? UNKNOWN;
  const secondsOf = (portion) => {
    const followers = portions.filter(({ after }) => after === portion.name);
    return own(portion) + Math.max(0, ...followers.map(own));
  };
  return [...portions].sort((one, other) => secondsOf(other) - secondsOf(one));
}

/** The index of the first portion that may start, or -1: one that comes `after` another waits until that one has ended. */
const nextIn = (queue, ended) => queue.findIndex(({ after }) => after === undefined || ended.has(after));

/** Plays portions from one queue in `jobs` lanes. Resolves to what `play` returned, in the order in which portions ended. */
export async function playSideBySide(portions, jobs, play) {
  const queue = [...portions];
  const ended = new Set();
  const running = new Set();
  const results = [];
  const start = (portion) => {
    const work = play(portion).then((result) => {
      results.push(result);
      ended.add(portion.name);
      running.delete(work);
    });
    running.add(work);
  };
  while (queue.length > 0 || running.size > 0) {
    while (running.size < jobs && nextIn(queue, ended) >= 0) start(...queue.splice(nextIn(queue, ended), 1));
    if (running.size === 0) throw new Error(`no portion named ${queue[0].after}`);
    await Promise.race(running);
  }
  return results;
}
