import { readFileSync } from "node:fs";

/**
 * Whether the engine works on some resources of the program alone (`--target`, `--exclude`): it then asks the provider
 * about none of the others. Only the command line of the engine tells.
 */
export function isPartialRun(): boolean {
  let pid = process.ppid;
  // A shell script starts the provider, so the engine is the parent's parent.
  for (let generation = 0; generation < 4 && pid > 1; generation++) {
    const words = readText(`/proc/${pid}/cmdline`).split("\0");
    if (/(^|\/)pulumi$/.test(words[0] ?? "")) return limitsRun(words);
    pid = Number(/^PPid:\s*(\d+)/m.exec(readText(`/proc/${pid}/status`))?.[1] ?? 0);
  }
  return false;
}

/** Whether these words of a command line pick some resources. */
export const limitsRun = (words: readonly string[]): boolean =>
  words.some((word) => /^(-t|--target|--target-replace|--exclude)(=|$)|^-t./.test(word));

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The process has ended, or belongs to somebody else.
    return "";
  }
}
