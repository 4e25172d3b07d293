import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { parseJson } from "../parse/json";
import { inodeOf } from "./namespaces";

const Args = z.record(z.string(), z.unknown());

const Former = z.object({ mark: z.string().optional(), args: Args });

const OwnerRecord = z.object({
  kind: z.string(),
  id: z.string(),
  mark: z.string(),
  args: Args,
  former: Former.optional(),
  inode: z.number(),
});

/** What an object was before a resource took it over: its mark, and its settings in the words of the arguments. */
export type Former = z.output<typeof Former>;

/** One resource's claim to one object. */
export type OwnerRecord = z.output<typeof OwnerRecord>;

/** The output `former` among others. */
export const formerIn = (outputs: object): Former | undefined =>
  "former" in outputs ? Former.parse(outputs.former) : undefined;

/** A kernel object: its kind, its id, and the network namespace it is in (`undefined`: the host's own). */
export interface ObjectKey {
  readonly kind: string;
  readonly id: string;
  readonly namespace: string | undefined;
}

/**
 * What the kernel has no room for: whose an address, a route or a parameter is, and what an object was before it was
 * taken over. Written before anything is changed, so that it outlives a crash of the provider; kept as long as the
 * kernel keeps the objects themselves, which is until a reboot.
 */
export interface Records {
  /** The records of an object, whoever made them. */
  find(key: ObjectKey): Promise<readonly OwnerRecord[]>;
  /** Writes down that the object is `mark`'s; what that mark had written before is replaced. */
  save(key: ObjectKey, record: Pick<OwnerRecord, "mark" | "args" | "former">): Promise<void>;
  /** Forgets what `mark` has written down of the object. */
  drop(key: ObjectKey, mark: string): Promise<void>;
  /** Forgets everything about what is in a network namespace that has been deleted. */
  dropAll(namespace: string): Promise<void>;
  /** All records of all network namespaces. */
  list(): Promise<readonly (OwnerRecord & { readonly namespace: string | undefined })[]>;
}

/** Stands for the host's own network namespace; no name begins with a dash. */
const HOST = "-";

const folderName = (namespace: string | undefined): string => namespace ?? HOST;

const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

/**
 * Records as files below `root`, on a file system that a reboot empties: `NAMESPACE/OBJECT.MARK.json`. That is memory:
 * waiting for it by a thread would take ten times as long.
 */
export class FileRecords implements Records {
  constructor(private readonly root: string) {}

  async find(key: ObjectKey): Promise<readonly OwnerRecord[]> {
    const folder = join(this.root, folderName(key.namespace));
    const names = namesIn(folder).filter((name) => name.startsWith(`${this.object(key)}.`));
    if (names.length === 0) return [];
    const inode = inodeOf(key.namespace);
    const records = names.map((name) => readRecord(join(folder, name)));
    // Another namespace of the same name had the others.
    return records.filter((record) => record !== undefined).filter((record) => record.inode === inode);
  }

  async save(key: ObjectKey, record: Pick<OwnerRecord, "mark" | "args" | "former">): Promise<void> {
    const { kind, id, namespace } = key;
    const inode = inodeOf(namespace);
    if (inode === undefined) return;
    const text = JSON.stringify({ kind, id, ...record, inode });
    const file = this.file(key, record.mark);
    for (;;) {
      // By a draft: a record is there whole or not at all. One that a crash left is written over.
      const draft = this.draft(key, record.mark);
      try {
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
        writeFileSync(draft, text, { mode: 0o600 });
        renameSync(draft, file);
        return;
      } catch (error) {
        rmSync(draft, { force: true });
        // Another process' last record went in between, and its folder with it, or the one above.
        if (codeOf(error) !== "ENOENT") throw error;
      }
    }
  }

  async drop(key: ObjectKey, mark: string): Promise<void> {
    for (const file of [this.file(key, mark), this.draft(key, mark)]) rmSync(file, { force: true });
    this.tidy(folderName(key.namespace));
  }

  async dropAll(namespace: string): Promise<void> {
    rmSync(join(this.root, namespace), { recursive: true, force: true });
    this.tidy(namespace);
  }

  async list() {
    return namesIn(this.root).flatMap((folder) => {
      const namespace = folder === HOST ? undefined : folder;
      const names = namesIn(join(this.root, folder));
      const records = names.map((name) => readRecord(join(this.root, folder, name)));
      return records.flatMap((record) => (record ? { ...record, namespace } : []));
    });
  }

  /** Removes folders that have nothing in them any more. */
  private tidy(folder: string): void {
    for (const path of [join(this.root, folder), this.root]) {
      try {
        rmdirSync(path);
      } catch (error) {
        if (!["ENOENT", "ENOTEMPTY", "EEXIST"].includes(codeOf(error) ?? "")) throw error;
      }
    }
  }

  private object({ kind, id }: ObjectKey): string {
    return hash(`${kind} ${id}`);
  }

  private file(key: ObjectKey, mark: string): string {
    return join(this.root, folderName(key.namespace), `${this.object(key)}.${hash(mark)}.json`);
  }

  private draft(key: ObjectKey, mark: string): string {
    const file = this.file(key, mark);
    return join(dirname(file), `.${basename(file)}`);
  }
}

const namesIn = (folder: string): string[] =>
  (absentAsUndefined(() => readdirSync(folder)) ?? []).filter((name) => !name.startsWith("."));

function readRecord(file: string): OwnerRecord | undefined {
  const text = absentAsUndefined(() => readFileSync(file, "utf8"));
  return text === undefined ? undefined : parseJson(OwnerRecord, text);
}

function absentAsUndefined<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error ? String(error.code) : undefined;
