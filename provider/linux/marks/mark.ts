import { createHash } from "node:crypto";
import { memoized } from "../memo";

/** What every mark starts with, and what a person may search the kernel for. */
export const MARK_PREFIX = "pulumi-netns";

/** nftables keeps 127 bytes of a comment: the shortest of the places that hold a mark. */
const MAX_LENGTH = 120;

/**
 * The text that says whose a kernel object is: `pulumi-netns:KIND:HASH:PROJECT/STACK/NAME`. The hash of the URN
 * makes it unique; the rest is for people. It holds only characters that no tool puts in quotes.
 */
export function markOf(kind: string, urn: string): string {
  // urn:pulumi:STACK::PROJECT::TYPES::NAME, and only the name may itself hold "::".
  const [, , , ...name] = urn.split("::");
  const label = `${stackOf(urn)}/${plain(name.join("::"))}`;
  const hash = createHash("sha256").update(urn).digest("hex").slice(0, 12);
  return `${MARK_PREFIX}:${kind}:${hash}:${label}`.slice(0, MAX_LENGTH);
}

/** The mark of one part of a resource that carries `mark` as a whole; `key` is its kind and a name, `Bridge red/br0`. */
export const markOfPart = memoized((mark: string, key: string): string => {
  const [kind = "", ...name] = key.split(" ");
  const label = `${parseMark(mark)?.label}/${plain(name.join(" "))}`;
  const hash = createHash("sha256").update(`${mark}\n${key}`).digest("hex").slice(0, 12);
  return `${MARK_PREFIX}:${kind}:${hash}:${label}`.slice(0, MAX_LENGTH);
});

/** The stack of a URN as marks name it: `PROJECT/STACK`. */
export function stackOf(urn: string): string {
  const [head = "", project = ""] = urn.split("::");
  return stackName(project, head.split(":")[2] ?? "");
}

export const stackName = (project: string, stack: string): string => plain(`${project}/${stack}`);

const plain = (text: string): string => text.replace(/[^\w./+-]/g, "_");

/** The parts of a mark, or `undefined` for a text that is none of ours. */
export function parseMark(mark: string) {
  const match = /^pulumi-netns:(\w+):([0-9a-f]{12}):(.*)$/.exec(mark);
  if (!match) return undefined;
  const [, kind = "", hash = "", label = ""] = match;
  const [project, stack, ...name] = label.split("/");
  // Where the names of project and stack alone fill a mark, its label is cut before it tells them apart.
  return name.length > 0
    ? { kind, hash, label, stack: `${project}/${stack}`, name: name.join("/") }
    : { kind, hash, label, stack: undefined, name: label };
}

/** The resource of a mark, as in `NatRule "web" of the stack lab/dev`; `undefined` for a text that is none of ours. */
export function ownerIn(mark: string | undefined): string | undefined {
  const owner = parseMark(mark ?? "");
  return owner && `${owner.kind} "${owner.name}"${owner.stack ? ` of the stack ${owner.stack}` : ""}`;
}

export const isMarkOf = (kind: string, mark: string | undefined): mark is string =>
  mark !== undefined && parseMark(mark)?.kind === kind;

/**
 * Whether a mark is that of another stack, or none of ours. Where the names of a stack fill a mark, its label is cut, and one
 * that begins like the other is taken for the same.
 */
export function isOfOtherStack(mark: string | undefined, own: string): boolean {
  const [theirs, ours] = [parseMark(mark ?? ""), parseMark(own)];
  if (!theirs || !ours) return true;
  if (theirs.stack !== undefined && ours.stack !== undefined) return theirs.stack !== ours.stack;
  return !theirs.label.startsWith(ours.label) && !ours.label.startsWith(theirs.label);
}

/** Whether both marks come from one stack of one project. */
export function sameStack(mark: string | undefined, other: string): boolean {
  const stack = mark === undefined ? undefined : parseMark(mark)?.stack;
  return stack !== undefined && stack === parseMark(other)?.stack;
}
