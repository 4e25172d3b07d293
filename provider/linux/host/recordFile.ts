import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { z } from "zod";
import { RefusedError } from "../errors";

const Args = z.record(z.string(), z.unknown());

export const Former = z.object({
  mark: z.string().optional(),
  args: Args,
  /** The network of the record, because names and values are valid in one boot only: `Host.era`. */
  era: z.string().optional(),
});

const OwnerRecord = z.object({
  kind: z.string(),
  id: z.string(),
  mark: z.string(),
  args: Args,
  former: Former.optional(),
  inode: z.number(),
});

/** The object before adoption: its mark, and its settings as arguments. */
export type Former = z.output<typeof Former>;

/** The claim of one resource to one object. */
export type OwnerRecord = z.output<typeof OwnerRecord>;

/** An unusable file in place of a record, or of a folder of records. */
export interface BrokenRecord {
  readonly file: string;
  readonly why: string;
}

/** A broken record that an operation needs. */
export class BrokenRecordError extends RefusedError {
  constructor({ file, why }: BrokenRecord, cause?: unknown) {
    super(
      `the record ${file} is broken: ${why}. What it kept of the time before is lost. ` +
        "Delete it, by hand or with `pulumi-netns gc --all --yes`, then run `pulumi up --refresh`",
      { cause },
    );
  }
}

/** Encodes text for file names. */
export const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

const NAME = /^([0-9a-f]{16})\.([0-9a-f]{16})(?:\.[0-9a-f]{16})?\.json$/;

/** Whether a file is a record, and not a draft or another file. */
export const isRecordName = (name: string): boolean => NAME.test(name);

/** Returns the names of the records in a folder. */
export const recordNames = (folder: string): string[] => namesIn(folder).filter(isRecordName);

/** Returns the names in a folder, or an empty list if there is none. */
export const namesIn = (folder: string): string[] => orAbsent(folder, () => readdirSync(folder)) ?? [];

/** Reads a record, complete or broken. Returns `undefined` if there is none. */
export function readRecord(file: string): OwnerRecord | BrokenRecord | undefined {
  try {
    const text = orAbsent(file, () => readFileSync(file, "utf8"));
    return text === undefined ? undefined : parseRecord(file, text);
  } catch (error) {
    if (error instanceof BrokenRecordError) return { file, why: whyOf(error.cause) };
    throw error;
  }
}

export const isBroken = (record: OwnerRecord | BrokenRecord): record is BrokenRecord => "why" in record;

/** Parses the content of a record file. */
export function parseRecord(file: string, text: string): OwnerRecord | BrokenRecord {
  const [, object, owner] = NAME.exec(basename(file)) ?? [];
  if (text.trim() === "") return { file, why: "it is empty" };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { file, why: "it is cut short, or not JSON" };
  }
  const { success, data } = OwnerRecord.safeParse(json);
  if (!success) return { file, why: "it is JSON, but not a record" };
  const isItself = object === hash(`${data.kind} ${data.id}`) && owner === hash(data.mark);
  return isItself ? data : { file, why: "it is a record of something else" };
}

function orAbsent<T>(file: string, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw new BrokenRecordError({ file, why: whyOf(error) }, error);
  }
}

/** Why a record cannot be read, by the error code. */
export const WORDS: Readonly<Record<string, string>> = {
  EISDIR: "it is a folder, not a file",
  ENOTDIR: "it is a file, not a folder",
  ENOTEMPTY: "it is a folder with something in it, not a file",
  EACCES: "it may not be read; run as root, or inside `pulumi-netns sandbox`",
};

export const whyOf = (error: unknown): string =>
  WORDS[codeOf(error) ?? ""] ?? (error instanceof Error ? error.message : String(error));

export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error ? String(error.code) : undefined;
