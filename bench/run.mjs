#!/usr/bin/env node
// npm run bench                              everything, which takes an hour
// npm run bench -- --quick                   a star of 100 nodes, three rounds: some minutes
// npm run bench -- --sizes 2,10 --shapes star --rounds 9 --only "Node;Mininet"
import { parseArgs } from "node:util";
import { environment } from "../scripts/lib/environment.mjs";
import { inRoot } from "../scripts/lib/paths.mjs";
import { Problem } from "../scripts/lib/problem.mjs";
import { run, runVisibly } from "../scripts/lib/run.mjs";
import { inSandbox, stopSandbox } from "../scripts/lib/sandbox.mjs";
import { setup } from "../scripts/lib/setup.mjs";
import { main } from "../scripts/lib/terminal.mjs";
import { contenders } from "./lib/contenders.mjs";
import { shapeNames } from "./lib/network.mjs";

function whole(option, text, least) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least) {
    throw new Problem(`--${option} takes whole numbers from ${least}, not ${text}.`);
  }
  return number;
}

function oneOf(option, known) {
  return (name) => {
    if (known.includes(name)) return name;
    throw new Problem(`--${option} takes ${known.join("; ")}, not ${name}.`);
  };
}

const names = contenders.map(({ name }) => name);

function options() {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      shapes: { type: "string" },
      sizes: { type: "string" },
      only: { type: "string" },
    },
  });
  if (values.quick && (values.shapes || values.sizes)) {
    throw new Problem("--quick has its own shape and size.");
  }
  return {
    quick: values.quick,
    ...(values.rounds && { rounds: whole("rounds", values.rounds, 1) }),
    ...(values.shapes && { shapes: values.shapes.split(",").map(oneOf("shapes", shapeNames)) }),
    ...(values.sizes && { sizes: values.sizes.split(",").map((text) => whole("sizes", text, 2)) }),
    ...(values.only && { only: values.only.split(";").map(oneOf("only", names)) }),
  };
}

await main(async () => {
  const asked = options();
  const env = environment(await setup());
  const sandbox = `bench-${process.pid}`;
  try {
    // The whole benchmark enters it once: entering for each command would cost more than some peers take.
    return await runVisibly(
      ...inSandbox(sandbox, [process.execPath, inRoot("bench", "inside.mjs"), JSON.stringify(asked)]),
      { env },
    );
  } finally {
    await run(...stopSandbox(sandbox));
  }
});
