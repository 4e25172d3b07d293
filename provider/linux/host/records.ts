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
} from "./recordFile";

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

/** Returns the name of the folder for the content of a network namespace. */
export const folderName = (namespace: string | undefined): string => namespace ?? HOST;

/** Returns the network namespace of a folder of records. */
export const namespaceOf = (folder: string): string | undefined => (folder === HOST ? undefined : folder);

/** Whether the file name of a record contains this mark. */
export const isOwnedBy = ({ file }: BrokenRecord, mark: string): boolean =>
  basename(file).split(".")[1] === hash(mark);

/** Returns the beginnings of the names of all files about an object, the current id first. */
export const objectNames = (key: ObjectKey): string[] =>
  keysOf(key).map(({ kind, id }) => hash(`${kind} ${id}`));

/** Returns the file name of the record of `mark` about an object. */
export function fileName({ kind, id, link }: ObjectKey, mark: string): string {
  const place = link === undefined ? "" : `.${hash(link)}`;
  return `${hash(`${kind} ${id}`)}.${hash(mark)}${place}.json`;
}

/** Returns the name of a file while it is being written. */
export const draftName = (file: string): string => `.${file}`;

/** Returns the files that hold, or may still hold, what `mark` recorded about an object. */
export function filesToDrop(key: ObjectKey, mark: string): string[] {
  const { link, ...plain } = key;
  const file = fileName(key, mark);
  // Versions up to 0.1 did not include the link.
  return [
    file,
    draftName(file),
    ...(link === undefined ? [] : [fileName(plain, mark)]),
    ...formerFiles(key, mark),
  ];
}

/** Returns the files that an earlier version wrote under another id. */
export const formerFiles = (key: ObjectKey, mark: string): string[] =>
  keysOf(key)
    .slice(1)
    .map((former) => fileName(former, mark));

/** Returns the records that are valid now. `found` lists those about one object, the current id first. */
export function current(
  found: readonly (OwnerRecord | BrokenRecord)[],
  inode: number | undefined,
  own: string | undefined,
): OwnerRecord[] {
  const records = found.flatMap((record) => {
    if (!isBroken(record)) return record;
    if (own !== undefined && isOwnedBy(record, own)) return [];
    throw new BrokenRecordError(record);
  });
  // A record under an earlier id is outdated if there is also one under the current id.
  const newest = records.filter(({ mark }, at) => records.findIndex((other) => other.mark === mark) === at);
  // The other records are about an earlier namespace of this name.
  return newest.filter((record) => record.inode === inode);
}

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
    const names = objectNames(key).flatMap((object) => files.filter((name) => name.startsWith(`${object}.`)));
    if (names.length === 0) return [];
    const found = names.flatMap((name) => readRecord(join(folder, name)) ?? []);
    return current(found, inodeOf(key.namespace), own);
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
    const folder = join(this.root, folderName(namespace));
    const name = fileName(key, record.mark);
    const file = join(folder, name);
    for (;;) {
      // Writes a draft and renames it, so that a record is complete or absent. A draft left by a crash is overwritten.
      const draft = join(folder, draftName(name));
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        writeFileSync(draft, text, { mode: 0o600 });
        renameSync(draft, file);
        for (const former of formerFiles(key, record.mark)) rmSync(join(folder, former), { force: true });
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
    const folder = join(this.root, folderName(key.namespace));
    for (const file of filesToDrop(key, mark)) removeFile(join(folder, file));
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
      const namespace = namespaceOf(folder);
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
