const line = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/;

/** The summary at the end of an output, or undefined. */
export function summaryIn(output) {
  const last = output.trimEnd().split("\n").at(-1);
  return line.test(last) ? last : undefined;
}

/** The lists of skipped and failed tests and the summary at the end of an output. */
export function closingIn(output) {
  const summary = summaryIn(output);
  if (summary === undefined) return undefined;
  const lines = output.trimEnd().split("\n");
  return { skipped: listIn(lines, "Skipped:"), failed: listIn(lines, "Failed:"), summary };
}

function listIn(lines, heading) {
  const at = lines.lastIndexOf(heading);
  return at < 0 ? [] : lines.slice(at + 1, lines.indexOf("", at));
}

/** Lines that name a failure in the output of `npm run faults`, `traffic` and `fuzz`, and in the report of a problem. */
const isFailure = (text) => /^ *(\d+\/\d+ )?✗ |^ +wrong: |^once more: /.test(text);

/**
 * Reads the output of a suite that ends in another verdict than mocha's. `countsOf` turns the numbers of the verdict's named groups
 * into how many passed and failed.
 */
export const closingOfVerdict = (verdict, countsOf) => (output) => {
  const lines = output.trimEnd().split("\n");
  const groups = lines.flatMap((text) => verdict.exec(text)?.groups ?? []).at(-1);
  if (groups === undefined) return undefined;
  const numbers = Object.entries(groups).map(([name, digits]) => [name, Number(digits)]);
  const { passed, failed } = countsOf(Object.fromEntries(numbers));
  const skipped = [
    ...listIn(lines, "Skipped:"),
    ...lines.filter((text) => text.startsWith("Skipped: ")).map((text) => `  ${text.slice(9)}`),
  ];
  return {
    skipped,
    failed: [...listIn(lines, "Failed:"), ...lines.filter(isFailure)],
    summary: summaryOf(passed, failed, skipped.length),
  };
};

/** The closing of a portion. One without a verdict, or with an exit code that contradicts it, counts as a failure. */
export function closingOfPortion({ name, closingIn }, { code, output }) {
  const closing = closingIn(output, code);
  if (closing !== undefined && (code === 0 || hasFailed(closing))) return closing;
  const reason = closing === undefined ? "did not run to its end" : `ended with exit code ${code}`;
  return {
    skipped: closing?.skipped ?? [],
    failed: [`  ${name}: ${reason}`],
    summary: totalOf([closing?.summary ?? "0 passed, 0 failed", "0 passed, 1 failed"]),
  };
}

export const hasFailed = ({ summary }) => Number(line.exec(summary)[2]) > 0;

/** One closing of several. */
export function total(closings) {
  const list = (heading, lines) => (lines.length > 0 ? [heading, ...lines, ""] : []);
  return [
    ...list(
      "Skipped:",
      closings.flatMap(({ skipped }) => skipped),
    ),
    ...list(
      "Failed:",
      closings.flatMap(({ failed }) => failed),
    ),
    totalOf(closings.map(({ summary }) => summary)),
  ].join("\n");
}

function totalOf(summaries) {
  const counts = summaries.map((summary) =>
    line
      .exec(summary)
      .slice(1)
      .map((count) => Number(count ?? 0)),
  );
  const [passed, failed, skipped] = [0, 1, 2].map((at) => counts.reduce((sum, count) => sum + count[at], 0));
  return summaryOf(passed, failed, skipped);
}

const summaryOf = (passed, failed, skipped) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
