import type { Args, Discovery, Some } from "../../engine/definition";
import { type Command, ip, showLinks } from "../../linux/command";
import { isMarkOf } from "../../linux/marks/mark";
import { namespaceClaim, objectName } from "../../linux/marks/objectName";
import { type Owner, textOf } from "../../linux/marks/owner";
import { isUp, type Link, masterOf, parseLinks } from "../../linux/read/link";
import type { LinkArgs } from "./fields";
import { birthGroup, markWords } from "./identity";

/** The commands of one link, and how to read it back. A cable has two links. */

/** The object name of a link. */
export const linkClaim = ({ namespace, name }: Pick<LinkArgs, "namespace" | "name">): string =>
  objectName("link", namespace, name);

/** The objects that a link depends on: its namespace, and the bridge that it is attached to. */
export const needsOf = ({ namespace, bridge }: LinkArgs): string[] => [
  ...namespaceClaim(namespace),
  ...(bridge === undefined ? [] : [objectName("link", namespace, bridge)]),
];

/** The words of `ip link add` before the type. The group marks the link from its creation on. */
export const birthWords = ({ name, mac, mtu }: LinkArgs, mark: string): string[] => [
  "name",
  name,
  ...(mac === undefined ? [] : ["address", mac]),
  ...(mtu === undefined ? [] : ["mtu", String(mtu)]),
  "group",
  birthGroup(mark),
];

/** Completes a new link. `mtu` is set if it takes effect only now. A port joins its bridge before it is up. */
export const completion = ({ namespace, name, bridge, up }: LinkArgs, mark: string, mtu?: number): Command =>
  ip(
    namespace,
    "link",
    "set",
    "dev",
    name,
    ...markWords(mark, birthGroup(mark)),
    ...(mtu === undefined ? [] : ["mtu", String(mtu)]),
    ...(bridge === undefined ? [] : ["master", bridge]),
    ...(up ? ["up"] : []),
  );

/** The owner of a link, as its alias tells, and its group. */
interface Marked {
  readonly owner: Owner;
  readonly group: string | undefined;
}

/** Changes the differences of a link, its alias included, in one command. Returns an empty list if there are none. */
export function changes(observed: Some<LinkArgs>, asked: LinkArgs, has: Marked, alias: string): Command[] {
  const { namespace, name, bridge, mac, mtu, up } = asked;
  const words = [
    ...(has.owner.by !== "nobody" && textOf(has.owner) === alias ? [] : markWords(alias, has.group)),
    ...(mac === undefined || observed.mac === mac ? [] : ["address", mac]),
    ...(mtu === undefined || observed.mtu === mtu ? [] : ["mtu", String(mtu)]),
    ...(observed.bridge === bridge ? [] : bridge === undefined ? ["nomaster"] : ["master", bridge]),
    ...(observed.up === up ? [] : [up ? "up" : "down"]),
  ];
  return words.length === 0 ? [] : [ip(namespace, "link", "set", "dev", name, ...words)];
}

/** Writes the mark of a link over any alias. */
export const marking = ({ namespace, name }: LinkArgs, mark: string): Command =>
  ip(namespace, "link", "set", "dev", name, "alias", mark);

/** Returns a link as arguments. */
export const readBack = (link: Link) => ({
  bridge: masterOf(link),
  mac: link.address,
  mtu: link.mtu,
  up: isUp(link),
});

/** Finds the links in a namespace that carry a mark of `kind`. `argsOf` returns their arguments. */
export const discoveryOf =
  (kind: string, argsOf: (link: Pick<LinkArgs, "name" | "namespace">) => Args) =>
  (namespace: string | undefined): Discovery => ({
    commands: [showLinks(namespace)],
    find: ([links]) =>
      parseLinks(links ?? "").flatMap(({ ifname: name, ifalias: mark }) =>
        isMarkOf(kind, mark) ? { ...argsOf({ name, namespace }), mark } : [],
      ),
  });
