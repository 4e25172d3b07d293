import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { Definition, Problem, Some } from "../engine/definition";
import { recordBeside } from "../engine/strategies";
import { asFarAsKnown, hasUnknown, UNKNOWN } from "../engine/unknown";
import { ethernetAddress, ipAddress, linkName, namespaceName } from "../fields/common";
import { machineProblem } from "../fields/machine";
import { type Command, ip } from "../linux/command";
import { canonicalIp, familyOf, parseIp } from "../linux/ip";
import { addressesOn, namespaceClaim, objectName } from "../linux/marks/objectName";
import { byResource, hasMark, NOBODY, type Owner } from "../linux/marks/owner";
import { PROTOCOL, protocolFor } from "../linux/marks/protocol";
import { type NeighborInfo, parseNeighbors } from "../linux/read/neighbor";
import { linkId } from "./links/identity";

export const NeighborArgs = z.object({
  interface: linkName,
  namespace: namespaceName.optional(),
  address: ipAddress,
  lladdr: ethernetAddress.optional(),
  state: z
    .enum(["permanent", "noarp"])
    // The kernel may have others.
    .transform((state): string => state)
    .optional(),
  router: z.boolean().optional(),
  proxy: z.boolean().default(false),
  adopt: z.boolean().optional(),
});

type Args = z.output<typeof NeighborArgs> & { mark: string };

/**
 * An entry of the neighbour table (ARP for IPv4, NDP for IPv6), as `ip neighbour add` creates it. See ip-neighbour(8).
 * Its protocol number marks it as ours, and a record names the owner.
 */
export const neighbor: Definition<Args> = {
  kind: "Neighbor",
  schema: NeighborArgs,
  identity: "address",
  onChange: {
    interface: "replace",
    namespace: "replace",
    address: "replace",
    lladdr: "update",
    state: "update",
    router: "update",
    proxy: "replace",
    adopt: "update",
  },

  id: (args) => linkId(args.namespace, entry(args)),
  objectNames: (args) => [objectName("neighbour", args.namespace, entry(args))],
  needs: ({ namespace, interface: link }) => [
    ...namespaceClaim(namespace),
    objectName("link", namespace, link),
  ],
  // The kernel empties the table of a link when the link loses its last IPv4 address.
  needsAny: ({ namespace, interface: link }) => [addressesOn(namespace, link)],
  place: { namespace: "namespace", link: "interface" },

  defaults({ address, proxy }) {
    const family = typeof address === "string" ? parseIp(address)?.family : undefined;
    const state = hasUnknown(proxy) ? UNKNOWN : "permanent";
    return {
      ...(proxy !== true && { state }),
      ...(family === "ipv6" && { router: false }),
    };
  },

  problems: asFarAsKnown(addressProblems, (args: Args) =>
    args.proxy ? proxyProblems(args) : hereProblems(args),
  ),

  probe: ({ namespace, interface: link, address, proxy }) => [
    // Prints numbers, because a host may give 110 a name of its own.
    ip(
      namespace,
      ...["-N", "-j", "-d", "neigh", "show", ...(proxy ? ["proxy"] : [])],
      ...["to", address, "dev", link, "nud", "all"],
    ),
  ],

  parse([answer], args) {
    const info = parseNeighbors(answer).find(({ dst }) => canonicalIp(dst) === args.address);
    if (!info) return undefined;
    const { more } = info;
    const incompatible =
      more.length === 0 ? undefined : `has settings that Neighbor does not support: ${more.join(", ")}`;
    return { args: observedArgs(info, args), outputs: {}, owner: ownerOf(info, args), incompatible };
  },

  create: (args) => [change("add", args)],

  update(observed, args, asked = byResource(args.mark)) {
    // The kernel cannot remove a protocol, so an adopted entry without one gets none. Its record alone names the owner.
    const owner = args.adopt && observed.owner.by === "nobody" ? NOBODY : asked;
    const isAsked = UPDATED.every((field) => observed.args[field] === args[field]);
    return isAsked && isDeepStrictEqual(observed.owner, owner) ? [] : [change("replace", args, owner)];
  },

  remove: (_, args) => [deletion(args)],

  ownership: recordBeside({
    // An adopted entry gets the protocol once it becomes the resource's own.
    marksAfterCreate: true,
    mayAdopt: ({ owner }, { mark }) => owner.by === "kernel" || hasMark(owner, mark),
  }),
  hasNoDependents: true,
};

const UPDATED = ["lladdr", "state", "router"] as const;

/** Proxy entries have a separate table. */
const entry = ({ interface: link, address, proxy }: Args): string =>
  `${link} ${address}${proxy ? " proxy" : ""}`;

const change = (verb: "add" | "replace", args: Args, owner = byResource(args.mark)): Command =>
  ip(args.namespace, ...["neigh", verb, ...keyWords(args), ...settingWords(args, owner)]);

const deletion = (args: Args): Command => ip(args.namespace, "neigh", "del", ...keyWords(args));

const keyWords = ({ address, proxy, interface: link }: Args): string[] => [
  ...(proxy ? ["proxy"] : []),
  ...[address, "dev", link],
];

const settingWords = ({ lladdr, state, router }: Args, owner: Owner): string[] => [
  ...(lladdr === undefined ? [] : ["lladdr", lladdr]),
  ...(state === undefined ? [] : ["nud", state]),
  ...(router ? ["router"] : []),
  ...(owner.by === "nobody" ? [] : ["proto", protocolFor(owner)]),
];

/** The states of entries that somebody has set. All others change as the kernel resolves addresses. */
const SET = ["permanent", "noarp"];

function ownerOf({ protocol, state, more }: NeighborInfo, { mark, proxy }: Args): Owner {
  if (protocol === PROTOCOL) return byResource(mark);
  if (!proxy && !SET.includes(state) && more.length === 0) return { by: "kernel" };
  return protocol === 0 ? NOBODY : { by: "program", protocol };
}

/** Returns the entry as arguments. A state that no argument can express keeps the kernel's name. */
function observedArgs({ lladdr, state, router }: NeighborInfo, { address, proxy }: Args): Some<Args> {
  return {
    ...(proxy ? {} : { lladdr, state }),
    ...(familyOf(address) === "ipv6" && { router }),
  };
}

function addressProblems({ interface: link, address, router }: Args): Problem[] {
  const problems: Problem[] = [];
  if (link === "lo") {
    problems.push({ property: "interface", reason: "is lo, which has no neighbours: name another link" });
  }
  const problem = machineProblem(address);
  if (problem) problems.push({ property: "address", reason: `is ${address}, ${problem}` });
  if (router !== undefined && familyOf(address) === "ipv4") {
    problems.push({ property: "router", reason: "has no meaning for an IPv4 address: leave it out" });
  }
  return problems;
}

function hereProblems({ lladdr }: Args): Problem[] {
  const reason = "is required: the MAC address of the neighbour, or `proxy: true` to answer in its place";
  return lladdr === undefined ? [{ property: "lladdr", reason }] : [];
}

const proxyProblems = (args: Args): Problem[] =>
  (["lladdr", "state"] as const)
    .filter((property) => args[property] !== undefined)
    .map((property) => ({
      property,
      reason: "has no meaning for a proxy entry, which is answered with the link's own address: leave it out",
    }));
