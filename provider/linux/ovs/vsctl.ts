import { type Command, command } from "../command";
import { MARK_PREFIX } from "../marks/mark";
import { entryIn, type Row } from "../read/ovsdb";

/** Seconds: without its daemon, `ovs-vsctl` waits for ever for what it has asked for. */
const PATIENCE = 10;

/** One transaction of `ovs-vsctl`, which ends when the daemon has done it. */
export const vsctl = (...commands: readonly (readonly string[])[]): Command =>
  command("ovs-vsctl", undefined, [`--timeout=${PATIENCE}`, ...joined(commands)]);

/** What tables have: of one of the records, or of all; a record that is not there has no rows. */
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

/** What is set to give a row its mark. A mark holds nothing that would have to be escaped. */
export const markSetting = (mark: string): string => `external_ids:${MARK_PREFIX}=${quoted(mark)}`;

/** The mark of a row. */
export const markIn = (row: Row): string | undefined => entryIn(row, "external_ids", MARK_PREFIX);

/** A text as a value: without quotes, only few letters may be in it. */
export const quoted = (text: string): string => `"${text}"`;
