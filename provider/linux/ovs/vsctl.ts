import { type Command, command } from "../command";
import { MARK_PREFIX } from "../marks/mark";
import { entryIn, type Row } from "../read/ovsdb";

/** In seconds. Without the daemon, `ovs-vsctl` would wait for ever. */
const PATIENCE = 10;

/** Runs one transaction of `ovs-vsctl`, which ends once the daemon has applied it. */
export const vsctl = (...commands: readonly (readonly string[])[]): Command =>
  command("ovs-vsctl", undefined, [`--timeout=${PATIENCE}`, ...joined(commands)]);

/** Lists tables, one record each or all. A missing record has no rows. */
export const lists = (
  ...asked: readonly (readonly [table: string, columns: string, record?: string])[]
): Command =>
  command("ovs-vsctl", undefined, [
    `--timeout=${PATIENCE}`,
    "--format=json",
    ...joined(
      asked.map(([table, columns, record]) => [
        ...["--if-exists", `--columns=${columns}`, "list", table],
        ...(record === undefined ? [] : [record]),
      ]),
    ),
  ]);

const joined = (commands: readonly (readonly string[])[]): string[] =>
  commands.flatMap((words, at) => (at === 0 ? words : ["--", ...words]));

/** The column settings that give a row its mark. A mark needs no escapes. */
export const markSetting = (mark: string): string => `external_ids:${MARK_PREFIX}=${quoted(mark)}`;

/** Returns the mark of a row. */
export const markIn = (row: Row): string | undefined => entryIn(row, "external_ids", MARK_PREFIX);

/** Quotes a text as a value, because few characters are valid without quotes. */
export const quoted = (text: string): string => `"${text}"`;
