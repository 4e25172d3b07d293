import { createHash } from "node:crypto";
import { memoized } from "../memo";

/** The prefix of every mark, which users can search the kernel for. */
export const MARK_PREFIX = "pulumi-netns";

/** The longest mark. Of all the places that hold a mark, an nftables comment has the least room: 127 bytes. */
const MAX_LENGTH = 120;

/**
 * The owner of a kernel object as text: `pulumi-netns:KIND:HASH:PROJECT/STACK/NAME`. The hash of the URN makes it unique;
 * the rest is for readers. It contains only characters that no tool quotes.
 */
export function markOf(kind: string, urn: string): string {
  // urn:pulumi:STACK::PROJECT::TYPES::NAME, where only the name may contain "::".
  const [, , , ...name] = urn.split("::");
  const label = `${stackOf(urn)}/${plain(name.join("::"))}`;
  const hash = createHash("sha256").update(urn).digest("hex").slice(0, 12);
  return `${MARK_PREFIX}:${kind}:${hash}:${label}`.slice(0, MAX_LENGTH);
}

/** Returns the mark of one part of a resource with `mark`. `key` is its kind and a name, such as `Bridge red/br0`. */
export const markOfPart = memoized((mark: string, key: string): string => {
  const [kind = "", ...name] = key.split(" ");
  const label = `${parseMark(mark)?.label}/${plain(name.join(" "))}`;
  const hash = createHash("sha256").update(`${mark}\n${key}`).digest("hex").slice(0, 12);
  return `${MARK_PREFIX}:${kind}:${hash}:${label}`.slice(0, MAX_LENGTH);
});

/** Returns the stack of a URN as in marks: `PROJECT/STACK`. */
export function stackOf(urn: string): string {
  const [head = "", project = ""] = urn.split("::");
  return stackName(project, head.split(":")[2] ?? "");
}

export const stackName = (project: string, stack: string): string => plain(`${project}/${stack}`);

const plain = (text: string): string => text.replace(/[^\w./+-]/g, "_");

/** Parses a mark. Returns `undefined` for any other text. */
export function parseMark(mark: string) {
  const match = /^pulumi-netns:(\w+):([0-9a-f]{12}):(.*)$/.exec(mark);
  if (!match) return undefined;
  const [, kind = "", hash = "", label = ""] = match;
  const [project, stack, ...name] = label.split("/");
  // The label is truncated if project and stack alone fill the mark.
  return name.length > 0
    ? { kind, hash, label, stack: `${project}/${stack}`, name: name.join("/") }
    : { kind, hash, label, stack: undefined, name: label };
}

/** Formats the resource of a mark, such as `NatRule "web" of the stack lab/dev`. Returns `undefined` for any other text. */
export function ownerIn(mark: string | undefined): string | undefined {
  const owner = parseMark(mark ?? "");
  return owner && `${owner.kind} "${owner.name}"${owner.stack ? ` of the stack ${owner.stack}` : ""}`;
}

export const isMarkOf = (kind: string, mark: string | undefined): mark is string =>
  mark !== undefined && parseMark(mark)?.kind === kind;

/**
 * Whether the mark belongs to another stack or is not ours. If project and stack fill both marks, labels are truncated, and
 * one that is a prefix of the other counts as the same stack.
 */
export function isOfOtherStack(mark: string | undefined, own: string): boolean {
  const [theirs, ours] = [parseMark(mark ?? ""), parseMark(own)];
  if (!theirs || !ours) return true;
  if (theirs.stack !== undefined && ours.stack !== undefined) return theirs.stack !== ours.stack;
  return !theirs.label.startsWith(ours.label) && !ours.label.startsWith(theirs.label);
}

/** Whether both marks belong to the same stack of the same project. */
export function sameStack(mark: string | undefined, other: string): boolean {
  const stack = mark === undefined ? undefined : parseMark(mark)?.stack;
  return stack !== undefined && stack === parseMark(other)?.stack;
}
