import { join } from "node:path";
import { execa } from "execa";
import { root } from "../support/stack";

/** A sandbox within this one, as another machine that can be switched off. */
export function machine(name: string) {
  const sandbox = [join(root, "dist", "cli", "main.js"), "sandbox"];
  return {
    prefix: [process.execPath, ...sandbox, "--name", name, "--"],
    switchOff: () => execa(process.execPath, [...sandbox, "stop", "--name", name]),
  };
}
