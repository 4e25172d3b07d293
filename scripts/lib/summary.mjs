const line = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/;

/** The summary that closes an output, or undefined. */
export function summaryIn(output) {
  const last = output.trimEnd().split("\n").at(-1);
  return line.test(last) ? last : undefined;
}

/** One summary of several. */
export function total(summaries) {
  const counts = summaries.map((summary) =>
    line
      .exec(summary)
      .slice(1)
      .map((count) => Number(count ?? 0)),
  );
  const [passed, failed, skipped] = [0, 1, 2].map((at) => counts.reduce((sum, count) => sum + count[at], 0));
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
