import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { inRoot } from "./paths.mjs";

// Inside node_modules, so that deleting that folder deletes the stamps as well.
const file = inRoot("node_modules", ".cache", "setup-stamps.json");

export function hashOf(files) {
  const hash = createHash("sha256");
  for (const name of files) {
    const content = readFileSync(inRoot(name));
    hash.update(`${name} ${content.length}\n`).update(content);
  }
  return hash.digest("hex");
}

function readStamps() {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}

export const readStamp = (name) => readStamps()[name];

export function writeStamp(name, value) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ ...readStamps(), [name]: value }));
}
