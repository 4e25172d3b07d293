/** The tables that have names on every host, by their numbers from 253 on. */
export const STANDING = ["default", "main", "local"];

/** The one form of a table: those that have a name on every host go by that. */
export const tableOf = (number: number): number | string => STANDING[number - 253] ?? number;

/** The tables in an `rt_tables` file of iproute2, by name: a number and a name on each line, `#` starts a comment. */
export function parseRouteTables(text: string): ReadonlyMap<string, number> {
  const lines = text.split("\n").map((line) => /^\s*(0x[\da-f]+|\d+)\s+([^\s#]+)/i.exec(line));
  return new Map(lines.flatMap((match) => (match?.[2] ? [[match[2], Number(match[1])]] : [])));
}
