import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { CliError, errorCode } from "../errors";
import { isSandboxName } from "./name";

export interface SandboxRecord {
  readonly pid: number;
  /**
   * Field 22 of /proc/PID/stat. With the boot id, it distinguishes the holder from a later process with the same pid.
   */
  readonly startTime: string;
  readonly bootId: string;
  readonly created: string;
  readonly userNamespace: boolean;
  /** The holder of the surrounding sandbox, with which this one ends. */
  readonly within?: Pick<SandboxRecord, "pid" | "startTime"> | undefined;
}

export function registryFolder(stateHome: string | undefined, home: string): string {
  // The XDG specification says to ignore relative paths.
  const base = stateHome !== undefined && isAbsolute(stateHome) ? stateHome : join(home, ".local", "state");
  return join(base, "pulumi-netns", "sandboxes");
}

function isRecord(value: unknown): value is SandboxRecord {
  return (
    typeof value === "object" &&
    value !== null &&
    "pid" in value &&
    Number.isSafeInteger(value.pid) &&
    Number(value.pid) > 0 &&
    "startTime" in value &&
    typeof value.startTime === "string" &&
    "bootId" in value &&
    typeof value.bootId === "string" &&
    "created" in value &&
    typeof value.created === "string" &&
    "userNamespace" in value &&
    typeof value.userNamespace === "boolean" &&
    (!("within" in value) || isHolder(value.within))
  );
}

const isHolder = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  "pid" in value &&
  Number.isSafeInteger(value.pid) &&
  "startTime" in value &&
  typeof value.startTime === "string";

/** A broken record counts as absent, because its sandbox cannot be joined. */
export function parseRecord(text: string): SandboxRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const folder = (): string => registryFolder(process.env["XDG_STATE_HOME"], homedir());
const recordFile = (name: string): string => join(folder(), `${name}.json`);

function refused(verb: string, path: string, error: unknown): CliError {
  const why = errorCode(error) ?? String(error);
  return new CliError(`cannot ${verb} ${path} (${why}): set XDG_STATE_HOME to a folder of your own.`);
}

/** One lock for all names. The file stays, because removing a lock file would admit two holders. */
export function lockFile(): string {
  try {
    mkdirSync(folder(), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw refused("make", folder(), error);
  }
  return join(folder(), ".lock");
}

export function readRecord(name: string): SandboxRecord | undefined {
  try {
    return parseRecord(readFileSync(recordFile(name), "utf8"));
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw refused("read", recordFile(name), error);
  }
}

export function writeRecord(name: string, record: SandboxRecord): void {
  const draft = join(folder(), `.${name}.${process.pid}`);
  try {
    writeFileSync(draft, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
    renameSync(draft, recordFile(name));
  } catch (error) {
    throw refused("write", recordFile(name), error);
  }
}

/** Returns the sandboxes that were started in this one. */
export const innerNames = ({ pid, startTime }: SandboxRecord): string[] =>
  recordedNames().filter((name) => {
    const within = readRecord(name)?.within;
    return within?.pid === pid && within.startTime === startTime;
  });

export function removeRecord(name: string): void {
  rmSync(recordFile(name), { force: true });
}

export function recordedNames(): string[] {
  try {
    return readdirSync(folder())
      .filter((file) => file.endsWith(".json"))
      .map((file) => file.slice(0, -".json".length))
      .filter(isSandboxName)
      .sort();
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw refused("read", folder(), error);
  }
}
