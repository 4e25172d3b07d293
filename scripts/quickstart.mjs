#!/usr/bin/env node
// npm run quickstart                 creates the network of examples/seed, with proof
// npm run quickstart -- switch       creates the network of another example
// npm run quickstart -- down [...]   deletes it
import { readdirSync } from "node:fs";
import { startServer } from "./lib/background.mjs";
import { environment } from "./lib/environment.mjs";
import { inRoot } from "./lib/paths.mjs";
import { indent, Problem } from "./lib/problem.mjs";
import { disproof, disproved, proofs, typed } from "./lib/proofs.mjs";
import { wordsOf } from "./lib/quickstart-words.mjs";
import { run } from "./lib/run.mjs";
import { inSandbox, stopSandbox } from "./lib/sandbox.mjs";
import { foldersOf, isIn } from "./lib/search-path.mjs";
import { seed } from "./lib/seed.mjs";
import { setup } from "./lib/setup.mjs";
import { destroy, openStack, removeState, stackEnvironment, stackOf, stateExists, up } from "./lib/stack.mjs";
import { bold, green, main, say } from "./lib/terminal.mjs";

async function bringUp(stack, env) {
  title(`pulumi up: the network of examples/${stack.example}, in a sandbox of its own`);
  await openStack(stack, env);
  await up(stack, env);
  const shown = stack.example === "seed" ? proofs(seed, isIn(foldersOf(env.PATH), "curl")) : [];
  for (const proof of shown) await prove(proof, stack.sandbox, env);
  const verdict = shown.length > 0 ? "The network is up, and every packet arrived." : "The network is up.";
  say(`\n${green(`✓ ${verdict}`)}\n\n${whereNext(stack)}`);
}

async function takeDown(stack, env) {
  if (stateExists(stack)) {
    title(`pulumi destroy: the network of examples/${stack.example}`);
    await openStack(stack, env);
    await destroy(stack, env);
  }
  const { code, output } = await run(...stopSandbox(stack.sandbox), { env });
  if (code !== 0) throw new Problem("The sandbox could not be stopped.", { details: output.trimEnd() });
  const left = removeState() ? "nothing" : "other stacks' state in .pulumi-state";
  say(`\n${green("✓ Down.")} Network, sandbox and stack are gone; left over: ${left}.`);
}

async function prove(proof, sandbox, env) {
  title(proof.title);
  const stop = proof.server && (await serve(proof.server, sandbox, env));
  try {
    say(prompt(proof.command));
    const answer = await run(...inSandbox(sandbox, proof.command), { env, limit: 30_000 });
    say(indent(answer.output.trim()).replace(/\n{2,}/g, "\n"));
    const reason = disproof(proof, answer);
    if (reason) throw disproved(proof, reason);
  } finally {
    await stop?.();
  }
}

function serve(command, sandbox, env) {
  say(`${prompt(command)} &`);
  return startServer(...inSandbox(sandbox, command), env);
}

const prompt = (command) => bold(indent(`$ ${typed(command)}`));

const examples = () =>
  readdirSync(inRoot("examples"), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? entry.name : [],
  );

const title = (text) => say(`\n${bold(text)}`);

const triesOfSeed = `  then try there    ip netns exec red ip addr
                    ip -n blue route
                    nft list ruleset
  or break it       ip -n red link del veth-red; npm run quickstart restores it`;

function whereNext({ example, sandbox }) {
  const words = example === "seed" ? [] : [example];
  const again = ["npm run quickstart", ...(words.length > 0 ? ["--", ...words] : [])].join(" ");
  return `${bold("Next")}
  what there is     npx pulumi-netns sandbox --name ${sandbox} -- npx pulumi-netns graph
  a shell inside    npx pulumi-netns sandbox --name ${sandbox}
${example === "seed" ? triesOfSeed : `  then try there    what examples/${example}/README.md says under "What to try"`}
  the program       examples/${example}/index.ts: change it, then ${again}
  take it down      ${["npm run quickstart -- down", ...words].join(" ")}`;
}

await main(async () => {
  const { isDown, example } = wordsOf(process.argv.slice(2), examples());
  const env = stackEnvironment(environment(await setup()));
  await (isDown ? takeDown : bringUp)(stackOf(example), env);
});
