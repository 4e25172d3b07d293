import { RefusedError } from "../linux/errors";
import type { Host } from "../linux/host/host";
import type { OwnerRecord } from "../linux/host/records";
import { runPlan } from "../linux/host/runPlan";
import { sharing } from "../linux/host/sharing";
import { ownerIn } from "../linux/marks/mark";
import type { Place } from "../linux/marks/objectName";
import { isContainer, objectName } from "../linux/marks/objectName";
import { byResource, isOutsideStack } from "../linux/marks/owner";
import { needsAny } from "./claims";
import type { Args, Content, Definition, Member, Observed } from "./definition";
import { definitionOf } from "./registry";

/** Finds objects of others that a deletion affects: links in a namespace, ports of a bridge, addresses on a cable. */

/**
 * Returns the commands that delete an object and its content. Refuses if other owners would lose objects, unless
 * `deleteForeign` is set.
 */
export async function removalOf(
  definition: Definition,
  host: Host,
  observed: Observed,
  args: Args,
): Promise<{ plan: ReturnType<Definition["remove"]>; content: Content | undefined }> {
  const content = await contentOf(definition, host, args);
  if (content && args["deleteForeign"] !== true) {
    const members = await membersOf(host, content);
    refuseForeign(
      definition,
      args,
      members.filter(({ owner }) => isOutsideStack(owner, String(args["mark"]))),
    );
  }
  return { plan: definition.remove(observed, args, content), content };
}

/** Returns everything that is deleted with an object, whoever owns it. */
export async function everythingIn(
  definition: Definition,
  host: Host,
  args: Args,
): Promise<readonly Member[]> {
  const content = await contentOf(definition, host, args);
  return content ? membersOf(host, content) : [];
}

async function contentOf(definition: Definition, host: Host, args: Args): Promise<Content | undefined> {
  const plan = definition.content?.(args);
  return plan && runPlan(sharing(host), plan);
}

/** Combines the links in the kernel with objects that only records list. */
async function membersOf(host: Host, { links, places }: Content): Promise<readonly Member[]> {
  const recorded = await Promise.all(places.map((place) => recordedAt(host, place)));
  const members = [...links, ...recorded.flat()];
  return [...new Map(members.map((member) => [member.object, member])).values()];
}

/** Returns the recorded objects of a namespace, or of one link in it. */
async function recordedAt(host: Host, { namespace, link }: Place): Promise<Member[]> {
  const records = await host.records.within(namespace);
  const isThere = (record: OwnerRecord) =>
    link === undefined ? record.kind !== "Namespace" : isOn(objectName("link", namespace, link), record);
  return records
    .filter(isThere)
    .map((record) => ({ object: objectOf(record), owner: byResource(record.mark) }));
}

/** Whether the kernel deletes an object with its link, such as an address, a neighbour, a route or a parameter. */
function isOn(link: string, { kind, args, mark }: OwnerRecord): boolean {
  const definition = definitionOf(kind);
  const state = { ...args, mark };
  // A port survives its bridge and is already among the links.
  return (
    definition !== undefined &&
    needsAny(definition, state, [link]) &&
    !definition.objectNames(state).some(isContainer)
  );
}

/** Returns the object name, such as `route 10.0.0.0/8 in red`. */
function objectOf({ kind, id, mark, args }: OwnerRecord): string {
  const [object = `${kind} ${id}`] = definitionOf(kind)?.objectNames({ ...args, mark }) ?? [];
  return object;
}

function refuseForeign(definition: Definition, args: Args, members: readonly Member[]): void {
  if (members.length === 0) return;
  const [object = definition.id(args)] = definition.objectNames(args);
  throw new RefusedError(
    [
      `cannot delete ${object}: others would lose what belongs to them:`,
      ...members.map((member) => `  ${ownedBy(member)}`),
      "remove these first, where they belong; to delete them as well, set `deleteForeign: true` and run `pulumi up` before the deletion",
    ].join("\n"),
  );
}

/** Formats an object and its owner for a message. */
export function ownedBy({ object, owner }: Member): string {
  if (owner.by === "resource") return `${object} of ${ownerIn(owner.mark)}`;
  const alias = owner.by === "foreign" ? ` with the alias ${JSON.stringify(owner.texts[0])}` : "";
  return `${object}${alias}, which nobody manages`;
}
