import { readFileSync } from "node:fs";

/**
 * Whether the engine works on some resources of the program only (`--target`, `--exclude`). It then skips the others, and
 * only its command line shows that.
 */
export function isPartialRun(): boolean {
  let pid = process.ppid;
  // A shell script starts the provider, so the engine is the grandparent.
  for (let generation = 0; generation < 4 && pid > 1; generation++) {
    const words = readText(`/proc/${pid}/cmdline`).split("\0");
    if (/(^|\/)pulumi$/.test(words[0] ?? "")) return limitsRun(words);
    pid = Number(/^PPid:\s*(\d+)/m.exec(readText(`/proc/${pid}/status`))?.[1] ?? 0);
  }
  return false;
}

/** Whether a command line selects some resources. */
export const limitsRun = (words: readonly string[]): boolean =>
  words.some((word) => /^(-t|--target|--target-replace|--exclude)(=|$)|^-t./.test(word));

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The process has ended, or belongs to another user.
    return "";
  }
}
