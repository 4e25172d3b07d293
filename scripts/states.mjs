#!/usr/bin/env node
// npm run states -- VERSION     writes the state that this version leaves to test/states/VERSION; see CONTRIBUTING.md
import { cpSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { environment } from "./lib/environment.mjs";
import { inRoot } from "./lib/paths.mjs";
import { Problem } from "./lib/problem.mjs";
import { run, runVisibly } from "./lib/run.mjs";
import { inSandbox, stopSandbox } from "./lib/sandbox.mjs";
import { setup } from "./lib/setup.mjs";
import { main, say } from "./lib/terminal.mjs";

const states = inRoot("test", "states");
const [version] = process.argv.slice(2);

/** A new version starts with the program of the last one. */
function ensureProgram() {
  if (!version || !/^[\w.-]+$/.test(version))
    throw new Problem("The version is missing.", { how: "npm run states -- VERSION" });
  const program = join(states, version, "program.ts");
  if (existsSync(program)) return;
  const last = readdirSync(states, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort((one, other) => one.localeCompare(other, "en", { numeric: true }))
    .at(-1);
  mkdirSync(join(states, version), { recursive: true });
  cpSync(join(states, last, "program.ts"), program);
}

await main(async () => {
  ensureProgram();
  const env = environment(await setup());
  const sandbox = `states-${process.pid}`;
  const words = ["--require", "ts-node/register/transpile-only", join(states, "write.ts"), version];
  const code = await runVisibly(...inSandbox(sandbox, [process.execPath, ...words]), { env });
  await run(...stopSandbox(sandbox), { env });
  if (code === 0) say(`test/states/${version}`);
  return code;
});
