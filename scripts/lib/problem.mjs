/** Something that a person has to fix: the problem, why it matters, and how to go on. */
export class Problem extends Error {
  constructor(what, { why, how, details } = {}) {
    super(what);
    this.why = why;
    this.how = how;
    this.details = details;
  }
}

/** The last lines of an output, where most tools report an error. */
export function tail(output, count = 15) {
  const lines = output.trimEnd().split("\n");
  return lines.slice(-count).join("\n");
}

/** The first lines of an output. npm prints its error first, and then its usage. */
export const head = (output, count = 12) => output.trim().split("\n").slice(0, count).join("\n");

export const indent = (text, by = "    ") => text.replace(/^(?=.)/gm, by);

export function problemText(problem, emphasize = (text) => text) {
  const lines = [emphasize(`✗ ${problem.message}`)];
  if (problem.details) lines.push(indent(problem.details));
  if (problem.why) lines.push(`  why: ${problem.why}`);
  if (problem.how) lines.push(`  how: ${problem.how.replaceAll("\n", "\n       ")}`);
  return lines.join("\n");
}
