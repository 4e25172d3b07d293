import { z } from "zod";
import type { Definition, Observed, Problem, Some } from "../engine/definition";
import { markInAlias } from "../engine/strategies";
import { type Answer, type Command, ip, showLink, showLinks, showNamespaceIds } from "../linux/command";
import { parseMark } from "../linux/marks/mark";
import { byResource, NOBODY, type Owner, ownerOf, textOf, textsOf } from "../linux/marks/owner";
import { incompatible, isCableEnd, type Link, parseLink } from "../linux/read/link";
import { parseNamespaceIds } from "../linux/read/namespaceId";
import { linksIn, memberOf, stackedOn } from "./links/attached";
import { ethernetFields, placeFields, portFields, stateFields } from "./links/fields";
import { isMarked, linkId, macOf } from "./links/identity";
import { farEndOf, NOTHING } from "./links/inside";
import {
  birthWords,
  changes,
  completion,
  discoveryOf,
  linkClaim,
  marking,
  needsOf,
  readBack,
} from "./links/link";

const EndArgs = z.object({ ...placeFields, ...portFields, ...ethernetFields, ...stateFields });

export const VethPairArgs = z.object({
  end: EndArgs,
  peer: EndArgs,
  deleteForeign: z.boolean().optional(),
  adopt: z.boolean().optional(),
});

type End = z.output<typeof EndArgs>;
type Args = z.output<typeof VethPairArgs> & { mark: string };

interface Outputs {
  /** Interface index of `end`, unique in its namespace. */
  ifindex: number;
  /** Interface index of `peer`, unique in its namespace. */
  peerIfindex: number;
}

interface Reading extends Observed<Args, Partial<Outputs>> {
  readonly end: Link | undefined;
  readonly peer: Link | undefined;
}

/** A cable, as `ip link add type veth` creates it. See veth(4). The alias of both ends is its mark. */
export const vethPair: Definition<Args, Partial<Outputs>> = {
  kind: "VethPair",
  schema: VethPairArgs,
  links: {
    type: "veth",
    frames: "peer",
    kernel: { config: "CONFIG_VETH", words: ["peer", "name", "try1"], isBasic: true },
    linksOf: ({ end, peer }) => [end, peer],
  },
  identity: "end.name",
  onChange: {
    // The kernel can move and rename a link, but a move costs 16 ms and everything that depends on it.
    "end.name": "replace",
    "end.namespace": "replace",
    "end.bridge": "update",
    "end.mac": "update",
    "end.mtu": "update",
    "end.up": "update",
    "peer.name": "replace",
    "peer.namespace": "replace",
    "peer.bridge": "update",
    "peer.mac": "update",
    "peer.mtu": "update",
    "peer.up": "update",
    deleteForeign: "update",
    adopt: "update",
  },

  id: ({ end, peer }) =>
    [end, peer]
      .filter(isNamed)
      .map(({ namespace, name }) => linkId(namespace, name))
      .join(" "),
  place: { ends: ["end", "peer"], key: ({ end }) => linkId(end.namespace, end.name) },
  namespaceOf: ({ end }) => end.namespace,
  objectNames: ({ end, peer }) => [end, peer].map(linkClaim),
  needs: ({ end, peer }) => [end, peer].flatMap(needsOf),
  defaults: ({ mark }) => ({ end: { mac: macOf(mark, "end") }, peer: { mac: macOf(mark, "peer") } }),
  problems: ({ end, peer }) => problems(end, peer),

  probe: ({ end, peer, adopt }) => [
    ...[end, peer].filter(isNamed).map(({ namespace, name }) => showLink(namespace, name)),
    // The location of the other end of each link, because two cables may lead to links of the same index.
    ...(adopt ? [end, peer].map(({ namespace }) => showNamespaceIds(namespace)) : []),
  ],

  parse(answers, args): Reading | undefined {
    const left = [...answers];
    const [end, peer] = [args.end, args.peer].map((asked) =>
      isNamed(asked) ? parseLink(left.shift()) : undefined,
    );
    const links = [end, peer].filter((link) => link !== undefined);
    if (links.length === 0) return undefined;
    return {
      args: { end: observedEnd(end), peer: observedEnd(peer) },
      outputs: { ...(end && { ifindex: end.ifindex }), ...(peer && { peerIfindex: peer.ifindex }) },
      owner: ownerOn(links, args.mark),
      incompatible: incompatiblePair(end, peer, args, left),
      end,
      peer,
    };
  },

  create: (args) => creation(args),

  update(observed: Reading, args, owner = byResource(args.mark)) {
    // One end was moved or renamed by hand. Only a new cable has both ends in place.
    if (!observed.args.end?.name || !observed.args.peer?.name)
      return [...removal(observed, args), ...creation(args, textOf(owner))];
    const [alias = "", peerAlias = alias] = textsOf(owner);
    return [
      ...changes(observed.args.end, args.end, marksOf(observed.end), alias),
      ...changes(observed.args.peer, args.peer, marksOf(observed.peer), peerAlias),
    ];
  },

  *content({ end, peer }) {
    const places = [end, peer].filter(isNamed).map(({ namespace, name }) => ({ namespace, link: name }));
    const namespaces = [...new Set(places.map(({ namespace }) => namespace))];
    const answers = yield namespaces.map(showLinks);
    const around = new Map(namespaces.map((namespace, at) => [namespace, linksIn(answers[at])]));
    const [near, other] = places;
    const far = near && !other ? yield* farEndOf(near, around.get(near.namespace) ?? []) : NOTHING;
    const links = places.flatMap(({ namespace, link }) =>
      stackedOn(around.get(namespace) ?? [], link).map((found) => memberOf(namespace, found)),
    );
    return { links: [...links, ...far.links], places: [...places, ...far.places] };
  },

  remove: (observed, args) => removal(observed, args),

  pending: (observed: Reading, { end, peer }) =>
    end.up && peer.up
      ? [...carrierProblems("end.up", observed.end), ...carrierProblems("peer.up", observed.peer)]
      : [],

  // One end identifies the cable, and its deletion deletes both ends.
  discover: discoveryOf("VethPair", (end) => ({ end, peer: {} })),

  ownership: markInAlias({
    // A crash may have prevented one alias or both.
    isOurs: ({ end, peer }: Reading, { mark, ...asked }) => {
      const [near, far] = [placed(end, asked.end), placed(peer, asked.peer)];
      return isOwnEnd(near, far, mark, "end") && isOwnEnd(far, near, mark, "peer");
    },
    marking: ({ end, peer, mark }) => [end, peer].filter(isNamed).map((one) => marking(one, mark)),
  }),
};

/** Whether an end belongs to the resource, by its own marks or as the other end of a marked one. */
function isOwnEnd(at: Placed | undefined, other: Placed | undefined, mark: string, salt: string): boolean {
  if (!at) return true;
  const [link] = at;
  const { ifalias: alias, group, address: mac } = link;
  if (alias === mark) return true;
  if (!isCableEnd(link) || parseMark(alias ?? "") !== undefined) return false;
  const isOthersEnd = other?.[0].ifalias === mark && leadsTo(at, other) && leadsTo(other, at);
  return isOthersEnd || isMarked({ owner: ownerOf(alias), group, mac }, mark, macOf(mark, salt));
}

/** Reports an end without carrier. The kernel notices a moment later that both ends are up. */
function carrierProblems(property: string, link: Link | undefined): Problem[] {
  if (link?.operstate === undefined || link.operstate === "UP") return [];
  const reason = `is true, but the link's operational state stays ${link.operstate}: another program on this host holds it down`;
  return [{ property, reason }];
}

/** Returns the owner by the aliases of both ends. The mark of another resource has priority, then any foreign text. */
function ownerOn(links: readonly Link[], own: string): Owner {
  const others = links.map(({ ifalias = "" }) => ifalias).filter((alias) => alias !== own);
  if (others.length === 0) return byResource(own);
  const mark = others.find((alias) => parseMark(alias));
  if (mark !== undefined) return byResource(mark);
  return others.some(Boolean) ? { by: "foreign", texts: [...new Set(others)] } : NOBODY;
}

/** Whether an end has a name. In the state, an end that a refresh has not found has none. */
const isNamed = ({ name }: { name?: string }): boolean => name !== undefined;

/** Creates both ends at once in their namespaces, because a later move costs 16 ms and brings an end down. */
function creation({ mark, end, peer }: Args, alias = mark): Command[] {
  // `ip -n` sets the namespace of the first end. The second one is named, so it cannot be the host's own.
  const [first, second] =
    peer.namespace === undefined && end.namespace !== undefined ? [peer, end] : [end, peer];
  const target =
    second.namespace === first.namespace || second.namespace === undefined ? [] : ["netns", second.namespace];
  return [
    ip(
      first.namespace,
      "link",
      "add",
      ...birthWords(first, alias),
      "type",
      "veth",
      "peer",
      ...birthWords(second, alias),
      ...target,
    ),
    completion(end, alias),
    completion(peer, alias),
  ];
}

const marksOf = (link: Link | undefined) => ({ owner: ownerOf(link?.ifalias), group: link?.group });

/** Deletes one end. The kernel deletes the other one too. */
function removal(observed: Observed<Args, object>, { end, peer }: Args): Command[] {
  const { namespace, name } = observed.args.end?.name ? end : peer;
  return [ip(namespace, "link", "del", "dev", name)];
}

/**
 * Why links of these names are not the ends of one cable. `ids` are the numbers that the namespace of each end has for
 * others.
 */
function incompatiblePair(
  end: Link | undefined,
  peer: Link | undefined,
  asked: Args,
  ids: readonly Answer[],
): string | undefined {
  for (const link of [end, peer]) {
    const problem = link && incompatible(link, "veth");
    if (problem !== undefined) return `has ${link?.ifname}, which ${problem}`;
  }
  if (!end || !peer) return undefined;
  const [endIds, peerIds] = ids;
  const [here, there] = [asked.end.namespace, asked.peer.namespace];
  return leadsTo([end, here], [peer, there], endIds) && leadsTo([peer, there], [end, here], peerIds)
    ? undefined
    : `is two cables: ${end.ifname} and ${peer.ifname} are not the ends of one`;
}

/** A link and its namespace. */
type Placed = readonly [link: Link, namespace: string | undefined];

const placed = (link: Link | undefined, { namespace }: Pick<End, "namespace">): Placed | undefined =>
  link && [link, namespace];

/** Whether a link leads to another one. `ids` are the numbers that its namespace has for others. */
function leadsTo([from, place]: Placed, [to, namespace]: Placed, ids?: Answer): boolean {
  // Without a number the other end is in the same namespace.
  if (from.link_netnsid === undefined) return place === namespace && from.link === to.ifname;
  if (from.link_index !== to.ifindex) return false;
  // The host's own namespace has no name.
  return ids === undefined || parseNamespaceIds(ids).get(from.link_netnsid) === namespace;
}

/** Returns an end as read back. An end that is not found has no name. */
const observedEnd = (link: Link | undefined): Some<End> =>
  link ? { name: link.ifname, ...readBack(link) } : { name: undefined };

function problems(end: End, peer: End): Problem[] {
  if (end.name === peer.name && end.namespace === peer.namespace) {
    const reason = `is ${peer.name}, like the other end in the same namespace: rename one of them`;
    return [{ property: "peer.name", reason }];
  }
  return [];
}
