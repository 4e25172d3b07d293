import { rmSync } from "node:fs";
import { buildWithGo } from "./go-build.mjs";
import { inRoot } from "./paths.mjs";
import { Problem } from "./problem.mjs";
import { cacheFolder, findPulumi, oldestPulumi, pinnedVersion } from "./pulumi.mjs";
import { run } from "./run.mjs";
import { step } from "./terminal.mjs";

const downloadLimit = 5 * 60_000;

/** Resolves to the CLI's folder and whether anything had to be done. */
export async function ensurePulumi() {
  const found = await findPulumi();
  if (found) return { folder: found, changed: false };
  const version = pinnedVersion();
  const cache = cacheFolder(version);
  const folder = (await download(version, cache)) ?? (await build(version, cache));
  return { folder, changed: true };
}

function download(version, cache) {
  return step("Pulumi CLI", `download ${version} with the npm package pulumi`, async () => {
    // Removes a broken installation, which the npm package would accept.
    rmSync(cache, { recursive: true, force: true });
    const env = { ...process.env, PULUMI_VERSION: version, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const wrapper = inRoot("node_modules", "pulumi", "run.js");
    await run(process.execPath, [wrapper, "version"], { env, limit: downloadLimit });
    const folder = await findPulumi();
    if (!folder) rmSync(cache, { recursive: true, force: true });
    return folder;
  });
}

async function build(version, cache) {
  await buildWithGo(version, cache);
  const folder = await findPulumi();
  if (folder) return folder;
  throw new Problem("The Pulumi CLI that was built here does not run.", {
    why: `Pulumi ${oldestPulumi} or newer creates the network`,
    how: "install it from https://www.pulumi.com/docs/install/ so that `pulumi version` works",
  });
}
