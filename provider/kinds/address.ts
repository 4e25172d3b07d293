import { z } from "zod";
import { noteCopies } from "../engine/copies";
import type { Definition, Observed, Problem } from "../engine/definition";
import { recordBeside } from "../engine/strategies";
import { linkName, namespaceName } from "../fields/common";
import { machineAddress } from "../fields/machine";
import { ASK, type Command, command, familyOption, ip, lookFor, showLink } from "../linux/command";
import type { HostId } from "../linux/host/perHost";
import { canonicalIp, parseIp } from "../linux/ip";
import { sameStack } from "../linux/marks/mark";
import { addressesIn, addressesOn, namespaceClaim, objectName } from "../linux/marks/objectName";
import { markOn, ownerOf } from "../linux/marks/owner";
import { PROTOCOL } from "../linux/marks/protocol";
import type { Plan } from "../linux/plan";
import type { AddressInfo } from "../linux/read/address";
import { parseLink } from "../linux/read/link";
import { parseLocalLinks } from "../linux/read/route";
import { linkId } from "./links/identity";

export const AddressArgs = z.object({
  interface: linkName,
  namespace: namespaceName.optional(),
  address: machineAddress,
  peer: z
    .string()
    .transform((text) => {
      const parsed = parseIp(text);
      return parsed && !text.includes("/") ? `${text}/${parsed.bits}` : text;
    })
    .pipe(machineAddress)
    .optional(),
  scope: z.enum(["global", "link", "host"]),
  nodad: z.boolean().optional(),
  adopt: z.boolean().optional(),
});

type Args = z.output<typeof AddressArgs> & { mark: string };

interface Outputs {
  /** The address without prefix length. */
  ip: string;
}

interface Reading extends Observed<Args, Outputs> {
  readonly info: AddressInfo;
  /** Whether the link passes packets. Duplicate address detection runs only then. */
  readonly isLinkUp: boolean;
}

/** An address on a link, as `ip address add` creates it. See ip-address(8). */
export const address: Definition<Args, Outputs> = {
  kind: "Address",
  schema: AddressArgs,
  identity: "address",
  onChange: {
    interface: "replace",
    namespace: "replace",
    address: "replace",
    peer: "replace",
    scope: "replace",
    nodad: "replace",
    adopt: "update",
  },

  id: (args) => linkId(args.namespace, entry(args)),
  objectNames: (args) => [objectName("address", args.namespace, entry(args))],
  needs: ({ namespace, interface: link }) => [
    ...namespaceClaim(namespace),
    objectName("link", namespace, link),
  ],
  provides: ({ namespace, interface: link }) => [addressesIn(namespace), addressesOn(namespace, link)],
  place: {
    ...{ namespace: "namespace", link: "interface", short: "address" },
    key: ({ namespace, interface: link, address, peer = "" }) =>
      [linkId(namespace, link), address, peer].join(" ").trimEnd(),
  },

  defaults({ address }) {
    const parsed = typeof address === "string" ? parseIp(address) : undefined;
    if (!parsed) return { scope: "global" };
    return { scope: defaultScope(parsed.address), ...(parsed.family === "ipv6" && { nodad: true }) };
  },

  problems({ address, peer, scope, nodad }) {
    const parsed = parseIp(address);
    const far = peer === undefined ? undefined : parseIp(peer);
    if (!parsed) return [];
    const problems: Problem[] = [];
    if (far && far.family !== parsed.family) {
      problems.push({ property: "peer", reason: `has another family than ${address}` });
    }
    if (far && parsed.prefix !== parsed.bits) {
      const reason = `is ${address}, but with a peer the prefix length belongs to the peer: write ${parsed.address}/${parsed.bits} here and peer ${far.address}/${parsed.prefix}`;
      problems.push({ property: "address", reason });
    }
    if (parsed.family === "ipv6" && scope !== defaultScope(parsed.address)) {
      const reason = `is ${scope}, but the kernel gives ${parsed.address} the scope ${defaultScope(parsed.address)}: leave it out`;
      problems.push({ property: "scope", reason });
    }
    if (parsed.family === "ipv4" && nodad !== undefined) {
      problems.push({ property: "nodad", reason: "has no meaning for an IPv4 address: leave it out" });
    }
    return problems;
  },

  probe: ({ namespace, interface: link }) => [showLink(namespace, link)],

  parse([answer], args): Reading | undefined {
    const link = parseLink(answer);
    const info = link?.addr_info.map(canonical).find((candidate) => isSame(candidate, args));
    if (!link || !info) return undefined;
    const { local, address: far, prefixlen, scope, family } = info;
    return {
      args: {
        address: far === undefined ? `${local}/${prefixlen}` : args.address,
        peer: far === undefined ? undefined : `${far}/${prefixlen}`,
        ...(isScope(scope) && { scope }),
        ...(family === "inet6" && { nodad: info.nodad ?? false }),
      },
      outputs: { ip: local },
      owner: ownerOf(link.ifalias),
      info,
      isLinkUp: link.operstate === "UP",
    };
  },

  create: (args) => [change("add", args)],
  update: () => [],
  remove: (_, args) => removal(args),
  *cleanUp(args, [answer]) {
    // A deleted link has lost its parameters too.
    const mayBeLeft = parseLink(answer) !== undefined && parseIp(args.address)?.family === "ipv4";
    const [value] = mayBeLeft ? yield [promotion(args, "-n")] : [];
    if (value?.trim() === PROMOTING) yield [promotion(args, "-w", "0")];
  },

  pending({ info, isLinkUp }: Reading, { address }) {
    if (info.dadfailed) {
      const reason = `is ${address}, which another machine on this link already has (duplicate address detection, RFC 4862): choose another`;
      return [{ property: "address", reason }];
    }
    const reason = `is ${address}, which is still tentative: duplicate address detection does not end`;
    return info.tentative && isLinkUp ? [{ property: "address", reason }] : [];
  },

  ownership: recordBeside({
    // Versions up to 0.1 wrote no record of an address on a link of the stack itself.
    isOurs: () => true,
    mayAdopt: ({ owner }, { mark }) => sameStack(markOn(owner), mark),
  }),
  link: ({ interface: link }) => link,
  warnings: copyWarnings,
  // Concurrent removals would change `promote_secondaries` for each other.
  serialize: ({ namespace, interface: link }) => `addresses of ${linkId(namespace, link)}`,
};

/**
 * Warns of other links with the same address, which receive its packets. Several links may share an address of
 * fe80::/10, or one without a network.
 */
function* copyWarnings(args: Args, host: HostId): Plan<readonly string[]> {
  const { namespace, interface: link, address, peer } = args;
  const { family, prefix, bits, address: own } = parseIp(address) ?? {};
  if (!family || !own || prefix === bits || peer !== undefined || defaultScope(own) !== "global") return [];
  const [answer] = yield [
    lookFor(ip(namespace, familyOption(family), ...ASK, "route", "show", "table", "local", "exact", own)),
  ];
  const at = namespace === undefined ? "" : ` -n ${namespace}`;
  return noteCopies(host, args, parseLocalLinks(answer)).map(
    (other) =>
      `${own} is on ${linkId(namespace, other)} as well, although no resource of this program put it there. Packets for its network may take that link instead of ${link}: if nobody needs it there, remove it (\`ip${at} address del ${address} dev ${other}\`)`,
  );
}

/** The kernel keeps an entry for each peer of an address. */
const entry = ({ interface: link, address, peer }: Args): string =>
  `${link} ${address}${peer === undefined ? "" : ` peer ${peer}`}`;

function change(
  verb: "add" | "del",
  { namespace, interface: link, address, peer, scope, nodad }: Args,
): Command {
  const words = ["address", verb, address.replace(peer === undefined ? "" : /\/.*/, "")];
  if (peer !== undefined) words.push("peer", peer);
  words.push("dev", link);
  if (verb === "add") words.push("scope", scope, ...(nodad ? ["nodad"] : []));
  return ip(namespace, ...words);
}

/**
 * Deletes an address. With the first address of a subnet, the kernel deletes the later ones too, unless
 * `promote_secondaries` is set (kernel ip-sysctl). Those belong to other resources or programs.
 */
function* removal(args: Args): Plan {
  const [answer] = yield address.probe(args);
  const hasLater = parseLink(answer)?.addr_info.some(({ secondary }) => secondary);
  const [former] = hasLater ? yield [promotion(args, "-n")] : [];
  const promote = ["0", PROMOTING].includes(former?.trim() ?? "");
  if (promote) yield [promotion(args, "-w", PROMOTING)];
  try {
    yield [change("del", args)];
  } finally {
    if (promote) yield [promotion(args, "-w", "0")];
  }
}

/** Reads or writes `promote_secondaries` of the link. */
function promotion({ namespace, interface: link }: Args, option: "-n" | "-w", value?: string): Command {
  const key = `net/ipv4/conf/${link}/promote_secondaries`;
  return command("sysctl", namespace, [option, value === undefined ? key : `${key}=${value}`]);
}

/**
 * The temporary value of `promote_secondaries`. The kernel treats every number but 0 alike. This one, our protocol
 * number, tells a later removal after a crash that the value was 0 before.
 */
const PROMOTING = String(PROTOCOL);

const canonical = (info: AddressInfo): AddressInfo => ({
  ...info,
  local: canonicalIp(info.local),
  ...(info.address !== undefined && { address: canonicalIp(info.address) }),
});

function isSame(info: AddressInfo, { address, peer }: Args): boolean {
  const far = peer ?? address;
  return (
    `${info.local}/${info.prefixlen}` === `${address.split("/")[0]}/${far.split("/")[1]}` &&
    (info.address ?? info.local) === far.split("/")[0]
  );
}

const defaultScope = (address: string) => {
  if (address === "::1" || address.startsWith("127.")) return "host";
  return /^fe[89ab][0-9a-f]:/i.test(address) ? "link" : "global";
};

const isScope = (text: string): text is Args["scope"] => ["global", "link", "host"].includes(text);
