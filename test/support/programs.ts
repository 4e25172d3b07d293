import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Programs beside our own that tests start. */

/** Which of these are not installed. */
export const lackingAmong = (programs: readonly string[]): string[] =>
  programs.filter(
    (program) =>
      !["/usr/sbin", "/usr/bin", "/sbin", "/bin"].some((folder) => existsSync(join(folder, program))),
  );

/** Waits for what a program is about to bring about. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await holds()) return;
    await sleep(100);
  }
  throw new Error(`not in ten seconds: ${what}`);
}
