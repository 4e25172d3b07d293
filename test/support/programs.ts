import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Other programs that tests start. */

/** The programs that are not installed. */
export const lackingAmong = (programs: readonly string[]): string[] =>
  programs.filter(
    (program) =>
      !["/usr/sbin", "/usr/bin", "/sbin", "/bin"].some((folder) => existsSync(join(folder, program))),
  );

/** Waits until a condition holds that another program brings about. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (await holds()) return;
    await sleep(100);
  }
  throw new Error(`not within 50 seconds: ${what}`);
}
