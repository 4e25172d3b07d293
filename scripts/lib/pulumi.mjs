import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { inRoot } from "./paths.mjs";
import { run } from "./run.mjs";
import { foldersOf, isExecutable, isIn } from "./search-path.mjs";
import { isAtLeast, versionIn } from "./versions.mjs";

// Older engines lack `replaceWith`, without which a replaced namespace leaves its content behind.
export const oldestPulumi = "3.220.0";
export const languageHost = "pulumi-language-nodejs";
// Starts providers that are written in the program's language, such as ours.
export const dynamicProviders = "pulumi-resource-pulumi-nodejs";

// In a sandbox we are root with the person's home, but Pulumi would use root's home.
export const pulumiHome = (env = process.env) => env.PULUMI_HOME || join(homedir(), ".pulumi");

export const pinnedVersion = () =>
  JSON.parse(readFileSync(inRoot("node_modules", "pulumi", "package.json"), "utf8")).version;

/** The folder where the npm package `pulumi` keeps a version of the CLI. */
export const cacheFolder = (version, home = pulumiHome()) => join(home, "versions", version);

/** Folders that may contain a CLI: those of the person's PATH first, then the cache. */
const candidates = (path, cacheBin) => [
  ...new Set([...foldersOf(path).filter((folder) => !/node_modules\/\.bin\/?$/.test(folder)), cacheBin]),
];

/** The folder of a usable Pulumi CLI for the front of PATH, or undefined. */
export async function findPulumi(env = process.env) {
  const cache = cacheFolder(pinnedVersion(), pulumiHome(env));
  for (const folder of candidates(env.PATH, join(cache, "bin"))) {
    if (await isUsable(folder, env)) return folder;
  }
  return undefined;
}

async function isUsable(folder, env) {
  const pulumi = join(folder, "pulumi");
  const helpers = [folder, ...foldersOf(env.PATH)];
  if (!isExecutable(pulumi) || ![languageHost, dynamicProviders].every((name) => isIn(helpers, name)))
    return false;
  const { code, output } = await run(pulumi, ["version"], {
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    limit: 20_000,
  });
  const version = /^v(3\.\S+)$/m.exec(output)?.[1];
  return code === 0 && version !== undefined && isAtLeast(versionIn(version), oldestPulumi);
}
