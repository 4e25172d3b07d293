import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Problem } from "../../scripts/lib/problem.mjs";
import { run } from "../../scripts/lib/run.mjs";
import { destination } from "./network.mjs";

const byName = () => ["ip", "netns", "exec", "n0"];

/** Checks that the first node reaches the last one, or the farthest one within a packet's lifetime. */
export async function prove({ name, enter = byName }, network, output) {
  const target = destination(network);
  const [command, ...args] = [...enter(output), "ping", "-c", "1", "-W", "5", target];
  const ping = await run(command, args);
  if (ping.code !== 0) throw new Problem(`${name}: no answer from ${target}.`, { details: ping.output });
}

const links = () =>
  readFileSync("/proc/net/dev", "utf8")
    .split("\n")
    .slice(2)
    .map((line) => line.split(":")[0].trim())
    .filter((link) => link !== "" && link !== "lo");

const namespaces = () => (existsSync("/run/netns") ? readdirSync("/run/netns") : []);

/** Checks that a provider that does nothing created nothing: otherwise it would measure ours. */
export function proveIdle({ name }) {
  const made = [...links(), ...namespaces()];
  if (made.length > 0) throw new Problem(`${name} has made something.`, { details: made.join(" ") });
}

/** Waits until everything is deleted and the kernel has freed it. */
export async function settle({ name }, nodes) {
  const patience = Date.now() + 30_000;
  while (links().length + namespaces().length > 0) {
    if (Date.now() > patience) {
      throw new Problem(`${name} has left something behind.`, {
        details: [...links(), ...namespaces()].join(" "),
      });
    }
    await sleep(10);
  }
  // Mininet leaves the tables of iptables behind.
  await run("nft", ["flush", "ruleset"]);
  await sleep(200 + nodes * 4);
}
