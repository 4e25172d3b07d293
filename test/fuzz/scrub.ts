import { rm } from "node:fs/promises";
import { execa } from "execa";
import { snapshot } from "../support/snapshot";
import type { Clean } from "./scenario";

/** Removes everything that a failed program left in this sandbox, so that the next attempt starts clean. */
export async function scrub({ host, usual }: Clean): Promise<void> {
  await execa("ip", ["-all", "netns", "delete"]);
  await execa("nft", ["flush", "ruleset"]);
  for (const name of await linkNames()) await execa("ip", ["link", "del", "dev", name], { reject: false });
  await execa("ip", ["address", "flush", "dev", "lo", "scope", "global"]);
  for (const family of ["-4", "-6"]) {
    await execa("ip", [family, "route", "flush", "table", "all", "proto", "110"]);
    await execa("ip", [family, "rule", "flush", "protocol", "110"]);
  }
  await rm("/run/pulumi-netns", { recursive: true, force: true });
  // The kernel deletes namespaces of the whole machine one after the other, so far ends of cables disappear later.
  for (let attempt = 0; (await linkNames()).length > 0 && attempt < 600; attempt++)
    await new Promise((resolve) => setTimeout(resolve, 100));
  const place = [...usual]
    .filter(([key]) => !key.includes("LINK"))
    .map(([key, value]) => `${key} = ${value}`);
  const input = [...place, host["sysctls"] ?? ""].join("\n");
  await execa("sysctl", ["-q", "-p", "-"], { input, reject: false });
  const left = await snapshot();
  const wrong = Object.keys(host).filter((what) => left[what] !== host[what]);
  if (wrong.length > 0) throw new Error(`the sandbox cannot be cleaned of ${wrong.join(", ")}`);
}

async function linkNames(): Promise<string[]> {
  const { stdout } = await execa("ip", ["-br", "link", "show"]);
  return stdout
    .split("\n")
    .map((line) => line.split(/[\s@]/)[0] ?? "")
    .filter((name) => name !== "" && name !== "lo");
}
