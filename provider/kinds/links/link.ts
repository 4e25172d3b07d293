import type { Args, Discovery, Some } from "../../engine/definition";
import { type Command, ip, showLinks } from "../../linux/command";
import { isMarkOf } from "../../linux/marks/mark";
import { namespaceClaim, objectName } from "../../linux/marks/objectName";
import { isUp, type Link, masterOf, parseLinks } from "../../linux/read/link";
import type { LinkArgs } from "./fields";
import { birthGroup, markWords } from "./identity";

/** One link: its words of `ip link`, and what the kernel tells of it. A cable has two. */

/** The object that others claim as well. */
export const linkClaim = ({ namespace, name }: Pick<LinkArgs, "namespace" | "name">): string =>
  objectName("link", namespace, name);

/** The objects that a link depends on: its namespace, and the bridge that it is a port of. */
export const needsOf = ({ namespace, bridge }: LinkArgs): string[] => [
  ...namespaceClaim(namespace),
  ...(bridge === undefined ? [] : [objectName("link", namespace, bridge)]),
];

/** The words of `ip link add` that come before the type. The group marks the link from its birth. */
export const birthWords = ({ name, mac, mtu }: LinkArgs, mark: string): string[] => [
  "name",
  name,
  ...(mac === undefined ? [] : ["address", mac]),
  ...(mtu === undefined ? [] : ["mtu", String(mtu)]),
  "group",
  birthGroup(mark),
];

/** Completes a new link. `mtu` is given where it takes effect only now. A port joins its bridge before it is up. */
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

/** The alias and the group that a link has. */
interface Marked {
  readonly alias: string | undefined;
  readonly group: string | undefined;
}

/** Changes whatever differs of a link, its mark included, in one command; none if nothing differs. */
export function changes(observed: Some<LinkArgs>, asked: LinkArgs, has: Marked, mark: string): Command[] {
  const { namespace, name, bridge, mac, mtu, up } = asked;
  const words = [
    ...(has.alias === mark ? [] : markWords(mark, has.group)),
    ...(mac === undefined || observed.mac === mac ? [] : ["address", mac]),
    ...(mtu === undefined || observed.mtu === mtu ? [] : ["mtu", String(mtu)]),
    ...(observed.bridge === bridge ? [] : bridge === undefined ? ["nomaster"] : ["master", bridge]),
    ...(observed.up === up ? [] : [up ? "up" : "down"]),
  ];
  return words.length === 0 ? [] : [ip(namespace, "link", "set", "dev", name, ...words)];
}

/** Writes the mark of a link, whatever its alias is. */
export const marking = ({ namespace, name }: LinkArgs, mark: string): Command =>
  ip(namespace, "link", "set", "dev", name, "alias", mark);

/** A link in the words of its arguments. */
export const readBack = (link: Link) => ({
  bridge: masterOf(link),
  mac: link.address,
  mtu: link.mtu,
  up: isUp(link),
});

/** Finds the links in a namespace that carry a mark of `kind`; `argsOf` makes arguments of each. */
export const surveyOf =
  (kind: string, argsOf: (link: Pick<LinkArgs, "name" | "namespace">) => Args) =>
  (namespace: string | undefined): Discovery => ({
    commands: [showLinks(namespace)],
    find: ([links]) =>
      parseLinks(links ?? "").flatMap(({ ifname: name, ifalias: mark }) =>
        isMarkOf(kind, mark) ? { ...argsOf({ name, namespace }), mark } : [],
      ),
  });
