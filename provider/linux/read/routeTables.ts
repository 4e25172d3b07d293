/** The folders of iproute2 with `rt_tables`; the last one since version 6.5 (iproute2 lib/rt_names.c). */
export const TABLE_FOLDERS: readonly string[] = ["/etc/iproute2", "/usr/lib/iproute2", "/usr/share/iproute2"];

/** Tables with a name on every host, by number from 253 on. */
export const STANDING = ["default", "main", "local"];

/** Returns the canonical form of a table: a name for those with a name on every host. */
export const tableOf = (number: number): number | string => STANDING[number - 253] ?? number;

/** Parses an `rt_tables` file of iproute2 by name. Each line has a number and a name, and `#` starts a comment. */
export function parseRouteTables(text: string): ReadonlyMap<string, number> {
  const lines = text.split("\n").map((line) => /^\s*(0x[\da-f]+|\d+)\s+([^\s#]+)/i.exec(line));
  return new Map(lines.flatMap((match) => (match?.[2] ? [[match[2], Number(match[1])]] : [])));
}
