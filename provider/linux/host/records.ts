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

/** The output `former` among others. */
export const formerIn = (outputs: object): Former | undefined =>
  "former" in outputs ? Former.parse(outputs.former) : undefined;

/** A kernel object: its kind, its id, and the network namespace it is in (`undefined`: the host's own). */
export interface ObjectKey {
  readonly kind: string;
  readonly id: string;
  readonly namespace: string | undefined;
  /** The link that it is on, by whose deletion it goes. */
  readonly link?: string | undefined;
  /** Ids that earlier versions gave it. */
  readonly formerIds?: readonly string[];
}

/**
 * What the kernel has no room for: whose an address, a route or a parameter is, and what an object was before it was
 * taken over. Written before anything is changed, so that it outlives a crash of the provider; kept as long as the
 * kernel keeps the objects themselves, which is until a reboot.
 */
export interface Records {
  /**
   * The records of an object, whoever made them; throws where one is broken, as nobody knows what it said. One of `own`
   * counts as none, as the state of that resource says the same.
   */
  find(key: ObjectKey, own?: string): Promise<readonly OwnerRecord[]>;
  /** Writes down that the object is `mark`'s; what that mark had written before is replaced. */
  save(key: ObjectKey, record: Pick<OwnerRecord, "mark" | "args" | "former">): Promise<void>;
  /** Forgets what `mark` has written down of the object. */
  drop(key: ObjectKey, mark: string): Promise<void>;
  /** Forgets everything about what is in a network namespace that has been deleted. */
  dropAll(namespace: string): Promise<void>;
  /** Forgets everything about what was on a link that has been deleted. */
  dropOn(namespace: string | undefined, link: string): Promise<void>;
  /** All records of one network namespace (`undefined`: the host's own). */
  within(namespace: string | undefined): Promise<readonly OwnerRecord[]>;
  /** All records of all network namespaces. */
  list(): Promise<readonly (OwnerRecord & { readonly namespace: string | undefined })[]>;
  /** What is there in the place of records, and cannot be used, with what tells whose it is: `isOwnedBy`. */
  broken(): Promise<readonly BrokenRecord[]>;
  /** Deletes a broken record. */
  discard(broken: BrokenRecord): Promise<void>;
}

/** Stands for the host's own network namespace; no name begins with a dash. */
const HOST = "-";

const folderName = (namespace: string | undefined): string => namespace ?? HOST;

/** Whether the name of a record's file says that it is of the resource with this mark. */
export const isOwnedBy = ({ file }: BrokenRecord, mark: string): boolean =>
  basename(file).split(".")[1] === hash(mark);

/**
 * Records as files below `root`, on a file system that a reboot empties: `NAMESPACE/OBJECT.MARK.json`, or
 * `NAMESPACE/OBJECT.MARK.LINK.json` for what is on a link. That is memory: waiting for it by a thread would take ten times
 * as long.
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
    // What was written under an earlier id has been written again since, if there is both.
    const newest = records.filter(({ mark }, at) => records.findIndex((other) => other.mark === mark) === at);
    // Another namespace of the same name had the others.
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
      // By a draft: a record is there whole or not at all. One that a crash left is written over.
      const draft = this.draft(key, record.mark);
      try {
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
        writeFileSync(draft, text, { mode: 0o600 });
        renameSync(draft, file);
        this.dropFormer(key, record.mark);
        return;
      } catch (error) {
        rmSync(draft, { force: true, recursive: true });
        // Another process' last record went in between, and its folder with it, or the one above.
        if (codeOf(error) === "ENOENT") continue;
        if (codeOf(error) !== "EISDIR") throw error;
        removeFile(file);
      }
    }
  }

  async drop(key: ObjectKey, mark: string): Promise<void> {
    const { link: _, ...plain } = key;
    // Versions up to 0.1 did not name the link.
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

  /** Every folder of a namespace with the names of its records. A name that begins with a dot is one like any other. */
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

  /** Removes folders that have nothing in them any more. */
  private cleanUp(folder: string): void {
    for (const path of [join(this.root, folder), this.root]) {
      try {
        rmdirSync(path);
      } catch (error) {
        if (!["ENOENT", "ENOTEMPTY", "EEXIST"].includes(codeOf(error) ?? "")) throw error;
      }
    }
  }

  /** Removes what an earlier version has written under another id. */
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

/** The key of an object, and those that earlier versions gave it. */
const keysOf = ({ formerIds = [], ...key }: ObjectKey): ObjectKey[] => [
  key,
  ...formerIds.map((id) => ({ ...key, id })),
];

/** Removes a file, or an empty folder in its place. */
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
    // What is in it is nobody's record.
    throw new BrokenRecordError({ file, why: whyOf(error) });
  }
}
