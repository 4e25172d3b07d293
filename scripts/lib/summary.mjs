const line = /^\d+ passed, \d+ failed(, \d+ skipped)?$/;

/** The summary that closes an output, or undefined. */
export function summaryIn(output) {
  const last = output.trimEnd().split("\n").at(-1);
  return line.test(last) ? last : undefined;
}
