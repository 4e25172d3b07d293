import { mkdirSync, renameSync, rmdirSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { inodeOf } from "./local/namespaces";
import {
  type BrokenRecord,
  BrokenRecordError,
  codeOf,
  Former,
  hash,
  isBroken,
  namesIn,
  type OwnerRecord,
  readRecord,
  recordNames,
  whyOf,
} from "./local/recordFile";

export type { BrokenRecord, Former, OwnerRecord };

export const formerIn = (outputs: object): Former | undefined =>
  "former" in outputs ? Former.parse(outputs.former) : undefined;

/** A kernel object: its kind, its id, and its network namespace (`undefined`: the host's own). */
export interface ObjectKey {
  readonly kind: string;
  readonly id: string;
  readonly namespace: string | undefined;
  /** The link whose deletion deletes the object. */
  readonly link?: string | undefined;
  /** Ids used by earlier versions. */
  readonly formerIds?: readonly string[];
}

/**
 * Stores what the kernel has no room for: the owner of an address, route or parameter, and the state of an object before
 * adoption. A record is written before a change, to survive a crash, and lasts as long as the kernel's objects, until a
 * reboot.
 */
export interface Records {
  /**
   * Returns the records of an object, whoever wrote them. Throws if one is broken, because its content is unknown. A broken
   * record of `own` is ignored, because the state of that resource holds the same data.
   */
  find(key: ObjectKey, own?: string): Promise<readonly OwnerRecord[]>;
  /** Records `mark` as an owner of the object, replacing an earlier record of the same mark. */
  save(key: ObjectKey, record: Pick<OwnerRecord, "mark" | "args" | "former">): Promise<void>;
  /** Deletes the record of `mark` about the object. */
  drop(key: ObjectKey, mark: string): Promise<void>;
  /** Deletes all records about the content of a deleted network namespace. */
  dropAll(namespace: string): Promise<void>;
  /** Deletes all records about objects on a deleted link. */
  dropOn(namespace: string | undefined, link: string): Promise<void>;
  /** Lists the records of one network namespace (`undefined`: the host's own). */
  within(namespace: string | undefined): Promise<readonly OwnerRecord[]>;
  /** Lists the records of all network namespaces. */
  list(): Promise<readonly (OwnerRecord & { readonly namespace: string | undefined })[]>;
  /** Lists unusable files in place of records. `isOwnedBy` tells whose they are. */
  broken(): Promise<readonly BrokenRecord[]>;
  /** Deletes a broken record. */
  discard(broken: BrokenRecord): Promise<void>;
}

/** The folder for the host's own network namespace. No namespace name begins with a dash. */
const HOST = "-";

const folderName = (namespace: string | undefined): string => namespace ?? HOST;

/** Whether the file name of a record contains this mark. */
export const isOwnedBy = ({ file }: BrokenRecord, mark: string): boolean =>
  basename(file).split(".")[1] === hash(mark);

/**
 * Stores records as files below `root`, on a file system that a reboot empties: `NAMESPACE/OBJECT.MARK.json`, or
 * `NAMESPACE/OBJECT.MARK.LINK.json` for an object on a link. Calls are synchronous: the files are in memory, and a thread
 * would take ten times as long.
 */
export class FileRecords implements Records {
  constructor(private readonly root: string) {}

  async find(key: ObjectKey, own?: string): Promise<readonly OwnerRecord[]> {
    const folder = join(this.root, folderName(key.namespace));
    const files = recordNames(folder);
    const names = keysOf(key).flatMap((one) =>
      files.filter((name) => name.startsWith(`${this.object(one)}.`)),
    );
    if (names.length === 0) return [];
    const inode = inodeOf(key.namespace);
    const records = names.flatMap((name) => {
      const record = readRecord(join(folder, name));
      if (record && isBroken(record)) {
        if (own !== undefined && isOwnedBy(record, own)) return [];
        throw new BrokenRecordError(record);
      }
      return record ?? [];
    });
    // A record under an earlier id is outdated if there is also one under the current id.
    const newest = records.filter(({ mark }, at) => records.findIndex((other) => other.mark === mark) === at);
    // The other records are about an earlier namespace of this name.
    return newest.filter((record) => record.inode === inode);
  }

  async within(namespace: string | undefined): Promise<readonly OwnerRecord[]> {
    const folder = join(this.root, folderName(namespace));
    const inode = inodeOf(namespace);
    const records = recordNames(folder).map((name) => readRecord(join(folder, name)));
    return records.flatMap((record) =>
      record && !isBroken(record) && record.inode === inode ? [record] : [],
    );
  }

  async save(key: ObjectKey, record: Pick<OwnerRecord, "mark" | "args" | "former">): Promise<void> {
    const { kind, id, namespace } = key;
    const inode = inodeOf(namespace);
    if (inode === undefined) return;
    const text = JSON.stringify({ kind, id, ...record, inode });
    const file = this.file(key, record.mark);
    for (;;) {
      // Writes a draft and renames it, so that a record is complete or absent. A draft left by a crash is overwritten.
      const draft = this.draft(key, record.mark);
      try {
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
        writeFileSync(draft, text, { mode: 0o600 });
        renameSync(draft, file);
        this.dropFormer(key, record.mark);
        return;
      } catch (error) {
        rmSync(draft, { force: true, recursive: true });
        // Another process may have dropped its last record and removed the folder meanwhile.
        if (codeOf(error) === "ENOENT") continue;
        if (codeOf(error) !== "EISDIR") throw error;
        removeFile(file);
      }
    }
  }

  async drop(key: ObjectKey, mark: string): Promise<void> {
    const { link: _, ...plain } = key;
    // Versions up to 0.1 did not include the link.
    const files = [
      this.file(key, mark),
      this.draft(key, mark),
      ...(key.link === undefined ? [] : [this.file(plain, mark)]),
    ];
    for (const file of files) removeFile(file);
    this.dropFormer(key, mark);
    this.cleanUp(folderName(key.namespace));
  }

  async dropAll(namespace: string): Promise<void> {
    rmSync(join(this.root, namespace), { recursive: true, force: true });
    this.cleanUp(namespace);
  }

  async dropOn(namespace: string | undefined, link: string): Promise<void> {
    const folder = join(this.root, folderName(namespace));
    const files = namesIn(folder).filter((name) => name.endsWith(`.${hash(link)}.json`));
    for (const file of files) rmSync(join(folder, file), { force: true });
    if (files.length > 0) this.cleanUp(folderName(namespace));
  }

  async list() {
    return this.folders().flatMap(({ folder, names }) => {
      const namespace = folder === HOST ? undefined : folder;
      const records = names.map((name) => readRecord(join(this.root, folder, name)));
      return records.flatMap((record) => (record && !isBroken(record) ? { ...record, namespace } : []));
    });
  }

  async broken() {
    return this.folders().flatMap(({ folder, names, broken }) => {
      const records = names.map((name) => readRecord(join(this.root, folder, name)));
      return [...broken, ...records.filter((record) => record !== undefined).filter(isBroken)];
    });
  }

  async discard({ file }: BrokenRecord): Promise<void> {
    removeFile(file);
    this.cleanUp(basename(dirname(file)));
  }

  /** Lists the folders of namespaces with the names of their records. Names may begin with a dot. */
  private folders() {
    return namesIn(this.root).map((folder) => {
      const file = join(this.root, folder);
      try {
        return { folder, names: recordNames(file), broken: [] };
      } catch (error) {
        if (!(error instanceof BrokenRecordError)) throw error;
        return { folder, names: [], broken: [{ file, why: whyOf(error.cause) }] };
      }
    });
  }

  /** Removes empty folders. */
  private cleanUp(folder: string): void {
    for (const path of [join(this.root, folder), this.root]) {
      try {
        rmdirSync(path);
      } catch (error) {
        if (!["ENOENT", "ENOTEMPTY", "EEXIST"].includes(codeOf(error) ?? "")) throw error;
      }
    }
  }

  /** Deletes records that an earlier version wrote under another id. */
  private dropFormer(key: ObjectKey, mark: string): void {
    for (const former of keysOf(key).slice(1)) rmSync(this.file(former, mark), { force: true });
  }

  private object({ kind, id }: ObjectKey): string {
    return hash(`${kind} ${id}`);
  }

  private file(key: ObjectKey, mark: string): string {
    const place = key.link === undefined ? "" : `.${hash(key.link)}`;
    return join(this.root, folderName(key.namespace), `${this.object(key)}.${hash(mark)}${place}.json`);
  }

  private draft(key: ObjectKey, mark: string): string {
    const file = this.file(key, mark);
    return join(dirname(file), `.${basename(file)}`);
  }
}

/** Returns the keys of an object: the current one, and those of earlier versions. */
const keysOf = ({ formerIds = [], ...key }: ObjectKey): ObjectKey[] => [
  key,
  ...formerIds.map((id) => ({ ...key, id })),
];

/** Deletes a file, or an empty folder in its place. */
function removeFile(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    if (codeOf(error) === "ENOTDIR") throw new BrokenRecordError({ file: dirname(file), why: whyOf(error) });
    if (!["EISDIR", "EPERM"].includes(codeOf(error) ?? "")) throw error;
    removeFolder(file);
  }
}

function removeFolder(file: string): void {
  try {
    rmdirSync(file);
  } catch (error) {
    // A folder with content is not a record.
    throw new BrokenRecordError({ file, why: whyOf(error) });
  }
}
