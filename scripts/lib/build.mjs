import { chmodSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { inRoot, root } from "./paths.mjs";
import { Problem, tail } from "./problem.mjs";
import { run } from "./run.mjs";
import { cliFile } from "./sandbox.mjs";
import { hashOf, readStamp, writeStamp } from "./stamps.mjs";
import { step } from "./terminal.mjs";

const folders = ["provider", "sdk", "cli"];
const settings = ["tsconfig.json", "tsconfig.build.json"];

/** Compiles provider, sdk and cli if they changed. Resolves to whether anything had to be done. */
export async function ensureBuild() {
  const wanted = hashOf([...settings, ...folders.flatMap(filesIn)]);
  if (readStamp("build") === wanted && existsSync(cliFile)) return false;
  await step("build", `tsc, from ${folders.join(", ")} into dist`, compile);
  writeStamp("build", wanted);
  return true;
}

const filesIn = (folder) =>
  readdirSync(inRoot(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();

async function compile() {
  rmSync(inRoot("dist"), { recursive: true, force: true });
  const compiler = inRoot("node_modules", "typescript", "bin", "tsc");
  const { code, output } = await run(process.execPath, [compiler, "--project", "tsconfig.build.json"]);
  if (code !== 0) {
    throw new Problem("The build failed.", {
      details: tail(output, 30),
      why: "the Pulumi program and the sandbox run from dist",
      how: "fix what tsc reports above; `npm run types` checks again",
    });
  }
  // npm marks a package's command executable at installation, which is before the build.
  chmodSync(cliFile, 0o755);
}
