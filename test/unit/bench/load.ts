import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const bench = resolve(__dirname, "..", "..", "..", "bench", "lib");

/** A module of bench/lib, which is plain JavaScript as the scripts are. */
export const load = (name: string) => import(pathToFileURL(resolve(bench, `${name}.mjs`)).href);
