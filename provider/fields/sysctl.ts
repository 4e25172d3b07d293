import { z } from "zod";
import { type Command, command } from "../linux/command";
import { normalValue, parseSysctls, sysctlPath } from "../linux/read/sysctl";
import { isBroken } from "./common";
import { reachOf, sysctlPaths } from "./sysctlRelations";

/** A parameter's name, with dots or slashes as in sysctl(8). */
export const sysctlKey = z.string().refine((key) => /^[a-z]\w*((\/\.?|\.)[\w:@+-]+)+$/i.test(key), {
  error: (issue) =>
    `is ${JSON.stringify(issue.input)}, not a key such as net.ipv4.ip_forward or net/ipv4/conf/eth0.100/forwarding`,
});

/** A parameter's value, as text with single spaces. Numbers and booleans are taken for what the kernel writes. */
export const sysctlValue = z
  .union([z.string(), z.number(), z.boolean()], "is neither text nor a number")
  .transform((value, ctx) => {
    const text = normalValue(typeof value === "boolean" ? String(Number(value)) : String(value));
    const problem = valueProblem(text, String(value));
    if (problem === undefined) return text;
    ctx.addIssue({ code: "custom", message: problem });
    return z.NEVER;
  });

function valueProblem(text: string, given: string): string | undefined {
  if (text === "") return "is empty";
  if (/[\n\r\0]/.test(given)) return "may not hold line breaks";
  return isBroken(text) ? `is ${JSON.stringify(text)}, which has half a character` : undefined;
}

/** Only parameters below `net` belong to a network namespace; any other would change the whole host. */
export const isNamespaced = (key: string): boolean => sysctlPath(key).startsWith("net/");

/** Reads parameters; the answer is for `valuesOf`. One that does not exist is left out of it. */
export const readSysctls = (namespace: string | undefined, keys: readonly string[]): Command =>
  command("sysctl", namespace, ["--ignore", ...keys]);

/** The values of `keys` in an answer to `readSysctls`. */
export function valuesOf(answer: string | undefined, keys: readonly string[]): Record<string, string> {
  const values = parseSysctls(answer ?? "");
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = values.get(sysctlPath(key));
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

/**
 * Sets parameters, whatever order the map has: first those whose change makes the kernel change others, as `ip_forward`
 * does (kernel ip-sysctl).
 */
export function writeSysctls(
  namespace: string | undefined,
  values: Readonly<Record<string, string>>,
): Command[] {
  const place = (key: string) => `${reachOf(key) ? 0 : 1} ${sysctlPath(key)}`;
  const sorted = Object.entries(values).sort(([a], [b]) => (place(a) < place(b) ? -1 : 1));
  return sorted.length === 0
    ? []
    : [command("sysctl", namespace, ["-q", "-w", ...sorted.map(([key, value]) => `${key}=${value}`)])];
}

/** Problems of keys of one map that name one parameter: by each but the first, and which that is. */
export function repeatedKeys(keys: readonly string[]): { key: string; first: string }[] {
  const firsts = new Map<string, string>();
  return keys.flatMap((key) => {
    const [path] = sysctlPaths(key);
    const first = firsts.get(path);
    if (first !== undefined) return [{ key, first }];
    firsts.set(path, key);
    return [];
  });
}
