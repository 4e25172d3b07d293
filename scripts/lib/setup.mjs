import { ensureBuild } from "./build.mjs";
import { ensurePulumi } from "./install-pulumi.mjs";
import { ensureTools } from "./install-tools.mjs";
import { ensurePackages } from "./packages.mjs";
import { checkRequirements } from "./requirements.mjs";
import { bold, duration, say } from "./terminal.mjs";

/** Installs and builds everything that is missing. Resolves to the folder of the Pulumi CLI. */
export async function setup() {
  const started = Date.now();
  checkRequirements({ platform: process.platform, nodeVersion: process.versions.node });
  const changes = [await ensureTools(), await ensurePackages(), await ensureBuild()];
  const pulumi = await ensurePulumi();
  const verdict = [...changes, pulumi.changed].includes(true) ? "done" : "nothing to do";
  say(`${bold("Set-up")} ${verdict} (${duration(Date.now() - started)})`);
  return pulumi.folder;
}
