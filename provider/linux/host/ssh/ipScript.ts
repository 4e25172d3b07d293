import { FENCE, FENCE_ANSWER, type Line } from "../ipLine";
import type { FarReply } from "./farShell";

/** The result of one line of a batch. */
export interface LineReply {
  readonly isOk: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** `ip` numbers the lines of a batch in its errors. */
const FAILURE = /Command failed -:(\d+)\n/;

/** Returns the batch for some lines. A read that fails may print a part of a line, so a fence follows each read. */
export const scriptOf = (lines: readonly Line[]): string =>
  lines.map(({ text, isRead }) => `${text}\n${isRead ? `${FENCE}\n` : ""}`).join("");

/** Splits the output of a batch by its lines. A batch without `-force` ends at the first failure. */
export function repliesOf(lines: readonly Line[], { code, stdout, stderr }: FarReply): LineReply[] {
  const messages = failuresIn(stderr);
  // `ip` has ended before it read a line: there is no such namespace, or no right to enter it.
  if (code !== 0 && messages.size === 0) return lines.map(() => ({ isOk: false, stdout: "", stderr }));
  const output = stdout.split("\n");
  let number = 0;
  return lines.map(({ isRead }) => {
    const message = messages.get(++number);
    const answer = isRead ? answerIn(output, message === undefined) : "";
    if (isRead) number++;
    if (message !== undefined) return { isOk: false, stdout: "", stderr: message };
    return { isOk: true, stdout: answer, stderr: "" };
  });
}

/** Takes the lines of one answer up to its fence. An answer may look like a fence, but is never empty. */
function answerIn(output: string[], isOk: boolean): string {
  const said: string[] = [];
  for (let line = output.shift(); line !== undefined; line = output.shift()) {
    if (line.includes(FENCE_ANSWER) && (said.length > 0 || !isOk)) break;
    said.push(line);
  }
  return said.join("\n");
}

/** Returns the messages by the number of the line that failed. */
function failuresIn(stderr: string): ReadonlyMap<number, string> {
  const parts = stderr.split(FAILURE);
  const pairs = parts.flatMap((message, at) =>
    at % 2 === 0 ? [[Number(parts[at + 1]), message] as const] : [],
  );
  return new Map(pairs.slice(0, -1));
}
