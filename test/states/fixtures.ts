import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Deployment } from "@pulumi/pulumi/automation";
import type { Program } from "../support/programStack";

/** The state of a version, with everything that belongs to it. */
export interface Fixture {
  readonly version: string;
  /** Commands that create the objects which the program adopts. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** The program that wrote the state. The changed program gives other values to arguments that update in place. */
  readonly network: (isChanged?: boolean) => void;
  readonly state: Deployment;
  /** The records of the version, by file below /run/pulumi-netns. */
  readonly records: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The names in marks, which identify the owner of an object. They are the same for every version. */
export const PROJECT = "states";
export const STACK = "test";

export const programOf = ({ network }: Pick<Fixture, "network">, isChanged = false): Program => {
  return () => network(isChanged);
};

const versions = (): string[] =>
  readdirSync(__dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

export const folderOf = (version: string): string => join(__dirname, version);

const json = (version: string, name: string) =>
  JSON.parse(readFileSync(join(folderOf(version), `${name}.json`), "utf8"));

/** The states of all versions. */
export const fixtures = (): Fixture[] =>
  versions().map((version) => ({
    ...require(join(folderOf(version), "program")),
    version,
    state: json(version, "state"),
    records: json(version, "records"),
  }));

const RECORDS = "/run/pulumi-netns";

export function readRecords(): Fixture["records"] {
  const files = readdirSync(RECORDS, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".json"),
  );
  return Object.fromEntries(
    files.sort().map((name) => [name, JSON.parse(readFileSync(join(RECORDS, name), "utf8"))]),
  );
}

/** Replaces the records with those of a version, for the present namespaces. */
export function writeRecords(records: Fixture["records"]): void {
  rmSync(RECORDS, { recursive: true, force: true });
  for (const [name, record] of Object.entries(records)) {
    const namespace = dirname(name);
    const place = namespace === "-" ? "/proc/self/ns/net" : `/run/netns/${namespace}`;
    mkdirSync(join(RECORDS, namespace), { recursive: true, mode: 0o700 });
    writeFileSync(join(RECORDS, name), JSON.stringify({ ...record, inode: statSync(place).ino }));
  }
}
