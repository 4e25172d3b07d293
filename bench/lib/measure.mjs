import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { say } from "../../scripts/lib/terminal.mjs";
import { prove, proveIdle, settle } from "./kernel.mjs";
import { network, withChange } from "./network.mjs";
import { timed } from "./timed.mjs";
import { watch } from "./watch.mjs";

/** The network that must exist after a step. Steps without an entry leave it unchanged. */
const after = {
  up: (shape, n) => network(shape, n),
  "change one": (shape, n) => withChange(network(shape, n)),
  "add ten": (shape, n) => withChange(network(shape, n + 10)),
  "remove ten": (shape, n) => withChange(network(shape, n)),
};

const shaking = ["up", "add ten"];

/**
 * Measures one network. Each round runs every contender, or those whose number of rounds is not reached. The direction alternates, so
 * that other work of the machine affects all alike.
 */
export async function measure({ shape, n, contenders, steps, rounds, watched }, scratch, env) {
  const places = new Map();
  for (const contender of contenders) {
    const folder = join(scratch, `${shape}-${n}-${places.size}`);
    mkdirSync(folder);
    places.set(contender, { folder, env, file: join(folder, "network.json") });
    await contender.prepare(places.get(contender));
  }
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const inTurn = contenders.filter((contender) => round < (contender.rounds ?? rounds));
    for (const contender of round % 2 === 0 ? inTurn : inTurn.reverse()) {
      const took = await workThrough(contender, { shape, n, steps }, places.get(contender));
      times.push(...took.map((entry) => ({ contender: contender.name, round, ...entry })));
      const seconds = took.map(({ step, seconds }) => `${step} ${seconds.toFixed(1)}`).join(", ");
      say(`  ${shape} ${n}, ${round + 1} of ${rounds}: ${contender.name}: ${seconds}`);
    }
  }
  const needs = [];
  for (const contender of contenders.filter(({ name }) => watched?.includes(name) ?? true)) {
    needs.push({
      contender: contender.name,
      ...(await needsOf(contender, { shape, n }, places.get(contender))),
    });
  }
  return { shape, n, rounds, times, needs };
}

async function workThrough(contender, { shape, n, steps }, place) {
  const times = [];
  let wanted;
  for (const step of steps.filter((step) => contender.steps.includes(step))) {
    wanted = after[step]?.(shape, n) ?? wanted;
    const call = callOf(contender, step, wanted, place);
    const { seconds, output } = await timed(`${contender.name}: ${step}`, call);
    times.push({ step, seconds });
    if (!contender.isReal) proveIdle(contender);
    else if (shaking.includes(step)) await prove(contender, wanted, output);
  }
  if (!contender.steps.includes("destroy")) {
    await timed(`${contender.name}: destroy`, callOf(contender, "destroy", wanted, place));
  }
  if (contender.isReal) await settle(contender, n);
  return times;
}

function callOf(contender, step, wanted, place) {
  writeFileSync(place.file, JSON.stringify(wanted));
  return contender.call(step, wanted, place);
}

/** Measured in a run of its own, because observing spoils the times. */
async function needsOf(contender, { shape, n }, place) {
  const wanted = network(shape, n);
  const call = callOf(contender, "up", wanted, place);
  const what = `${contender.name}: up, watched`;
  const needs = await watch(what, contender.watched?.(place.file, place.folder) ?? call, place);
  const bytes = contender.stateBytes?.(place);
  if (!contender.watched) {
    await timed(`${contender.name}: destroy`, callOf(contender, "destroy", wanted, place));
  }
  if (contender.isReal) await settle(contender, n);
  return { ...needs, ...(bytes && { stateBytes: bytes }) };
}
