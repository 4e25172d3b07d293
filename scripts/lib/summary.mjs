const line = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/;

/** The summary that closes an output, or undefined. */
export function summaryIn(output) {
  const last = output.trimEnd().split("\n").at(-1);
  return line.test(last) ? last : undefined;
}

/** Everything from the list of skipped or failed tests on to the summary that closes an output, a part each. */
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
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
