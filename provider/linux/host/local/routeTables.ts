import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseRouteTables, TABLE_FOLDERS } from "../../read/routeTables";

/** Returns the number of the routing table of this name on this host, or `undefined` if there is none. */
export function routeTableNamed(
  name: string,
  folders: readonly string[] = TABLE_FOLDERS,
): number | undefined {
  for (const file of folders.flatMap(filesIn)) {
    const number = parseRouteTables(read(file)).get(name);
    if (number !== undefined) return number;
  }
  return undefined;
}

const filesIn = (folder: string): string[] => [
  join(folder, "rt_tables"),
  ...absentAs([], () => readdirSync(join(folder, "rt_tables.d")))
    .filter((name) => name.endsWith(".conf"))
    .sort()
    .map((name) => join(folder, "rt_tables.d", name)),
];

const read = (file: string): string => absentAs("", () => readFileSync(file, "utf8"));

function absentAs<T>(otherwise: T, look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return otherwise;
    throw error;
  }
}
