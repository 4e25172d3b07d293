#!/usr/bin/env node
// npm run hosts                              lab hosts with a real sshd each, on a private host
// npm run hosts -- test/hosts/faults.test.ts  that file alone
import { environment } from "./lib/environment.mjs";
import { mochaArguments } from "./lib/mocha.mjs";
import { startHost } from "./lib/private-host.mjs";
import { run } from "./lib/run.mjs";
import { setup } from "./lib/setup.mjs";
import { closingIn } from "./lib/summary.mjs";
import { main, say } from "./lib/terminal.mjs";

const PACKAGES = ["openssh-server", "openssh-client", "busybox-static", "sudo"];

/** How long it may take, in milliseconds; far more than it does on a busy machine. */
const PATIENCE = 900_000;

await main(async () => {
  const given = process.argv.slice(2);
  const env = environment(await setup());
  if (process.getuid() !== 0) {
    say("Lab hosts are not tested: only root can make them.\n0 passed, 0 failed, 1 skipped");
    return 0;
  }
  const host = await startHost(PACKAGES);
  try {
    const words = mochaArguments(
      ["--exit", ...(given.length > 0 ? given : ["test/hosts/**/*.test.ts"])],
      false,
    );
    const [file, args] = host.inside([process.execPath, ...words]);
    const { code, output } = await run(file, args, { env, limit: PATIENCE });
    say(output.trimEnd());
    return code === 0 && closingIn(output) ? 0 : 1;
  } finally {
    await host.end();
  }
});
