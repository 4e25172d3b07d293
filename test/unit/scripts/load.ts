import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const scripts = resolve(__dirname, "..", "..", "..", "scripts", "lib");

/** A module of scripts/lib, which is plain JavaScript so that it runs before anything is installed. */
export const load = (name: string) => import(pathToFileURL(resolve(scripts, `${name}.mjs`)).href);
