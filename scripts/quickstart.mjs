#!/usr/bin/env node
// npm run quickstart          the whole network of examples/seed, with proof
// npm run quickstart -- down  takes it down again
import { startServer } from "./lib/background.mjs";
import { environment } from "./lib/environment.mjs";
import { indent, Problem } from "./lib/problem.mjs";
import { disproof, disproved, proofs, typed } from "./lib/proofs.mjs";
import { run } from "./lib/run.mjs";
import { inSandbox, stopSandbox } from "./lib/sandbox.mjs";
import { foldersOf, isIn } from "./lib/search-path.mjs";
import { seed } from "./lib/seed.mjs";
import { setup } from "./lib/setup.mjs";
import { destroy, name, openStack, removeState, stackEnvironment, stateExists, up } from "./lib/stack.mjs";
import { bold, green, main, say } from "./lib/terminal.mjs";

const usage = "npm run quickstart, or npm run quickstart -- down";

async function bringUp(env) {
  title("pulumi up: the network of examples/seed, in a sandbox of its own");
  await openStack(env);
  await up(env);
  for (const proof of proofs(seed, isIn(foldersOf(env.PATH), "curl"))) await prove(proof, env);
  say(`\n${green("✓ The network is up, and every packet arrived.")}\n\n${whereNext()}`);
}

async function takeDown(env) {
  if (stateExists()) {
    title("pulumi destroy: the network of examples/seed");
    await openStack(env);
    await destroy(env);
  }
  const { code, output } = await run(...stopSandbox(name), { env });
  if (code !== 0) throw new Problem("The sandbox could not be stopped.", { details: output.trimEnd() });
  const left = !stateExists() || removeState() ? "nothing" : "other stacks' state in .pulumi-state";
  say(`\n${green("✓ Down.")} Network, sandbox and stack are gone; left over: ${left}.`);
}

async function prove(proof, env) {
  title(proof.title);
  const stop = proof.server && (await serve(proof.server, env));
  try {
    say(prompt(proof.command));
    const answer = await run(...inSandbox(name, proof.command), { env, limit: 30_000 });
    say(indent(answer.output.trim()).replace(/\n{2,}/g, "\n"));
    const reason = disproof(proof, answer);
    if (reason) throw disproved(proof, reason);
  } finally {
    await stop?.();
  }
}

function serve(command, env) {
  say(`${prompt(command)} &`);
  return startServer(...inSandbox(name, command), env);
}

const prompt = (command) => bold(indent(`$ ${typed(command)}`));

const title = (text) => say(`\n${bold(text)}`);

const whereNext = () => `${bold("Next")}
  a shell inside    npx pulumi-netns sandbox --name ${name}
  then try there    ip netns exec red ip addr
                    ip -n blue route
                    nft list ruleset
  or break it       ip -n red link del veth-red; npm run quickstart mends it
  the program       examples/seed/index.ts: change it, then npm run quickstart again
  take it down      npm run quickstart -- down`;

await main(async () => {
  const [action, ...rest] = process.argv.slice(2);
  if (rest.length > 0 || ![undefined, "down"].includes(action)) {
    throw new Problem(`Unknown argument: ${[action, ...rest].join(" ")}`, { how: usage });
  }
  const env = stackEnvironment(environment(await setup()));
  await (action === "down" ? takeDown(env) : bringUp(env));
});
