import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Problem } from "../../scripts/lib/problem.mjs";
import { run } from "../../scripts/lib/run.mjs";
import { destination } from "./network.mjs";

const byName = () => ["ip", "netns", "exec", "n0"];

/** Packets of the first node find their way to the last, or the farthest that they may reach. */
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

/** A provider that does nothing has made nothing: else it would be measured against itself. */
export function proveIdle({ name }) {
  const made = [...links(), ...namespaces()];
  if (made.length > 0) throw new Problem(`${name} has made something.`, { details: made.join(" ") });
}

/** Everything is gone, and the kernel has had time to free it. */
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
  // Mininet leaves the tables of iptables.
  await run("nft", ["flush", "ruleset"]);
  await sleep(200 + nodes * 4);
}
