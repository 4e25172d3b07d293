import { z } from "zod";
import { normalValue, sysctlPath } from "../linux/read/sysctl";
import { sysctlPaths } from "../linux/sysctlRelations";
import { isBroken } from "./common";

/** The name of a parameter, with dots or slashes as in sysctl(8). */
export const sysctlKey = z.string().refine((key) => /^[a-z]\w*((\/\.?|\.)[\w:@+-]+)+$/i.test(key), {
  error: (issue) =>
    `is ${JSON.stringify(issue.input)}, not a key such as net.ipv4.ip_forward or net/ipv4/conf/eth0.100/forwarding`,
});

/** The value of a parameter, as text with single spaces. Numbers and booleans become what the kernel writes. */
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
  if (/[\n\r\0]/.test(given)) return "may not contain line breaks";
  return isBroken(text) ? `is ${JSON.stringify(text)}, which contains half a character` : undefined;
}

/** Only parameters below `net` belong to a network namespace. Any other would change the whole host. */
export const isNamespaced = (key: string): boolean => sysctlPath(key).startsWith("net/");

/** Reports keys of one map that name the same parameter, on each but the first. */
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
