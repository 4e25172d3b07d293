import { type Command, command } from "./command";
import { parseSysctls, sysctlPath } from "./read/sysctl";
import { reachOf } from "./sysctlRelations";

/** Reads parameters, for `valuesOf`. Missing parameters are absent from the answer. */
export const readSysctls = (namespace: string | undefined, keys: readonly string[]): Command =>
  command("sysctl", namespace, ["--ignore", ...keys]);

/** Returns the values of `keys` from an answer to `readSysctls`. */
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
 * Sets parameters in an order that does not depend on the map. Parameters whose change makes the kernel change others, such
 * as `ip_forward`, come first (kernel ip-sysctl).
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
