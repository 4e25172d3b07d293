import { FENCE, FENCE_END, type Line } from "../ipLine";
import type { FarReply } from "./farShell";

/** The result of one line of a batch. */
export interface LineReply {
  readonly isOk: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** `ip` numbers the lines of a batch in its errors. */
const FAILURE = /Command failed -:(\d+)\n/;

/** Returns the batch for some lines. A fence after each shows where its output ends, and whether `ip` came that far. */
export const scriptOf = (lines: readonly Line[]): string =>
  lines.map(({ text }) => `${text}\n${FENCE}\n`).join("");

/**
 * Splits the output of a batch by its lines. `undefined` stands for a line that was not run: a batch without `-force` ends at
 * the first failure, and some mistakes end any batch.
 */
export function repliesOf(lines: readonly Line[], { stdout, stderr }: FarReply): (LineReply | undefined)[] {
  const { numbered, last } = failuresIn(stderr);
  const output = stdout.split("\n");
  output.pop();
  let hasEnded = false;
  return lines.map(({ isRead }, at) => {
    if (hasEnded) return undefined;
    const message = numbered.get(2 * at + 1);
    if (message === undefined) {
      const answer = isRead ? output.shift() : "";
      if (answer !== undefined && output.shift() !== undefined)
        return { isOk: true, stdout: answer, stderr: "" };
    } else if (passFence(output)) return { isOk: false, stdout: "", stderr: message };
    hasEnded = true;
    return { isOk: false, stdout: "", stderr: message ?? last };
  });
}

/** Drops the output of a line that failed, up to its fence. Returns whether there is one. */
function passFence(output: string[]): boolean {
  for (let line = output.shift(); line !== undefined; line = output.shift())
    if (FENCE_END.test(line)) return true;
  return false;
}

/** Returns the messages by the number of the line that failed, and what was said last. */
function failuresIn(stderr: string): { numbered: ReadonlyMap<number, string>; last: string } {
  const parts = stderr.split(FAILURE);
  const pairs = parts.flatMap((message, at) =>
    at % 2 === 0 && at + 1 < parts.length ? [[Number(parts[at + 1]), message] as const] : [],
  );
  return { numbered: new Map(pairs), last: parts.at(-1) ?? "" };
}
