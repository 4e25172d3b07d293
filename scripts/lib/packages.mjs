import { head, Problem } from "./problem.mjs";
import { run } from "./run.mjs";
import { hashOf, readStamp, writeStamp } from "./stamps.mjs";
import { step } from "./terminal.mjs";

/** Installs the packages of package-lock.json. Resolves to whether anything had to be done. */
export async function ensurePackages() {
  const wanted = hashOf(["package-lock.json"]);
  if (readStamp("packages") === wanted) return false;
  await step("npm packages", "npm ci, for the libraries pinned in package-lock.json", async () => {
    const { code, output } = await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    if (code !== 0) throw problemOf(output);
  });
  writeStamp("packages", wanted);
  return true;
}

const problemOf = (output) =>
  new Problem("npm ci failed.", {
    details: head(output),
    why: "the libraries pinned in package-lock.json are needed",
    how: "fix what npm reports above, then type the same command again",
  });
