import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { isRecord } from "../engine/check";
import { linkTowards } from "../engine/copies";
import type { Definition, Effect, Observed, Problem, Some } from "../engine/definition";
import { recordBeside } from "../engine/strategies";
import { asFarAsKnown, hasUnknown } from "../engine/unknown";
import { integer, ipAddress, linkName, namespaceName, network } from "../fields/common";
import { gatewayProblem, machineProblem } from "../fields/machine";
import { routeTable } from "../fields/routeTable";
import { ASK, type Command, ip } from "../linux/command";
import { RefusedError } from "../linux/errors";
import type { HostId } from "../linux/host/perHost";
import { canonicalIp, type Family, familyOf } from "../linux/ip";
import { addressesIn, namespaceClaim, objectName } from "../linux/marks/objectName";
import { byResource } from "../linux/marks/owner";
import { PROTOCOL, protocolFor } from "../linux/marks/protocol";
import { parseRoutes, type RouteInfo } from "../linux/read/route";

const defaultOrNetwork = z.string().transform((text, ctx) => {
  if (text === "default") return text;
  const parsed = network.safeParse(text);
  if (parsed.success) return parsed.data;
  for (const { message } of parsed.error.issues) ctx.addIssue({ code: "custom", message });
  return z.NEVER;
});

const RouteType = z.enum(["unicast", "blackhole", "unreachable", "prohibit"]);

export const RouteArgs = z.object({
  destination: defaultOrNetwork,
  namespace: namespaceName.optional(),
  via: ipAddress.optional(),
  interface: linkName.optional(),
  metric: integer(0, 0xffff_ffff).optional(),
  table: routeTable.default("main"),
  source: ipAddress.optional(),
  mtu: integer(68, 65520, "bytes").optional(),
  onlink: z.boolean().default(false),
  type: RouteType.default("unicast"),
  nexthops: z
    .array(
      z.strictObject({
        via: ipAddress.optional(),
        interface: linkName.optional(),
        weight: integer(1, 256).default(1),
        onlink: z.boolean().default(false),
      }),
    )
    .min(2, "needs two or more ways: write a single one as `via` and `interface`")
    .optional(),
  adopt: z.boolean().optional(),
});

type Args = z.output<typeof RouteArgs> & { mark: string };
type Nexthop = NonNullable<Args["nexthops"]>[number];
type Way = Omit<Nexthop, "weight">;

interface Reading extends Observed<Args, object> {
  /** Whether there is another route with the same destination and metric. */
  readonly hasRival: boolean;
}

/**
 * The family of `default` may follow this field, and the other family is another route. The field alone does not tell
 * whether it does.
 */
const byFamily: Effect = (was, now) =>
  hasUnknown(now) || familyIn(was) === familyIn(now) ? "update" : "replace";

/** `default` and `0.0.0.0/0`, or `::/0`, are the same destination. */
const byTarget: Effect = (was, now, olds, news) =>
  [was, now].every((text) => typeof text === "string" && !hasUnknown(text)) &&
  targetOf(olds) === targetOf(news)
    ? "update"
    : "replace";

/**
 * A route, as `ip route add` creates it. See ip-route(8). Its protocol number marks it as ours, and a record names the
 * owner.
 */
export const route: Definition<Args> = {
  kind: "Route",
  schema: RouteArgs,
  identity: "destination",
  onChange: {
    destination: byTarget,
    namespace: "replace",
    via: byFamily,
    interface: "update",
    metric: "replace",
    table: "replace",
    source: byFamily,
    mtu: "update",
    onlink: "update",
    type: "update",
    nexthops: byFamily,
    adopt: "update",
  },

  id(args) {
    const { namespace, table } = args;
    const words = [
      `${namespace === undefined ? "" : `${namespace}/`}${targetOf(args)}`,
      ...(table === "main" ? [] : [`table ${table}`]),
      ...(metricOf(args) === defaultMetric(args) ? [] : [`metric ${metricOf(args)}`]),
    ];
    return words.join(" ");
  },
  objectNames: (args) => [
    objectName("route", args.namespace, `${args.table} ${targetOf(args)} metric ${metricOf(args)}`),
  ],

  needs: ({ namespace, nexthops = [], ...way }) => [
    ...namespaceClaim(namespace),
    ...[way, ...nexthops].flatMap(({ interface: link }) =>
      link === undefined ? [] : objectName("link", namespace, link),
    ),
  ],

  // The kernel accepts a gateway only while an address covers it, and deletes routes along with addresses.
  needsAny: ({ namespace, type }) => (type === "unicast" ? [addressesIn(namespace)] : []),
  place: { namespace: "namespace" },

  problems: asFarAsKnown(shapeProblems, wayProblems, familyProblems),

  probe: (args) => [
    ip(
      args.namespace,
      ...[...familyFlag(args), ...ASK, "route", "show"],
      ...["table", String(args.table), "exact", args.destination],
    ),
  ],

  parse([answer], args): Reading | undefined {
    const routes = parseRoutes(answer).filter(
      ({ isForAll, metric }) => isForAll && metric === metricOf(args),
    );
    const own = routes.find(({ protocol }) => protocol === PROTOCOL);
    const info = own ?? routes[0];
    if (!info) return undefined;
    return {
      args: observedArgs(info, args),
      restorable: { ...observedArgs(info, args), interface: info.way.interface },
      outputs: {},
      owner: own ? byResource(args.mark) : { by: "program", protocol: info.protocol },
      incompatible: incompatible(info),
      hasRival: routes.length > 1,
    };
  },

  located: (args, host) => ({
    ...withLink(host, args, args),
    ...(args.nexthops && { nexthops: args.nexthops.map((way) => withLink(host, args, way)) }),
  }),

  create: (args) => [change("add", args)],

  update(observed: Reading, args, owner = byResource(args.mark)) {
    const isAsked = UPDATED.every((field) => isDeepStrictEqual(observed.args[field], args[field]));
    if (isAsked && isDeepStrictEqual(observed.owner, owner)) return [];
    if (!observed.hasRival) return [change("replace", args, owner)];
    // The kernel replaces the first one that it finds, whoever owns it.
    throw new RefusedError(
      `${route.id(args)} cannot change: another route has the same destination and metric. Remove that one by hand first`,
    );
  },

  // The kernel also compares the protocol, so a foreign route stays.
  remove: (observed, args) => [
    ip(args.namespace, ...familyFlag(args), "route", "del", ...deletionWords(observed, args)),
  ],

  ownership: recordBeside(),
  hasNoDependents: true,
};

/** Returns the type if arguments can express it. */
const typeIn = (type: string) => RouteType.safeParse(type).data;

/** Why a route cannot be adopted. Settings that no argument can express would be lost. */
function incompatible({ type, more }: RouteInfo): string | undefined {
  if (typeIn(type) === undefined) return "has a type that Route does not support";
  return more.length === 0 ? undefined : `has settings that Route does not support: ${more.join(", ")}`;
}

/**
 * Returns a way with the link that another address of the run prefers. Otherwise the kernel chooses the link.
 */
function withLink<W extends Way>(host: HostId, { namespace }: Args, way: W): W {
  const { via, interface: named } = way;
  const link = named ?? (via === undefined ? undefined : linkTowards(host, namespace, via));
  return link === undefined ? way : { ...way, interface: link };
}

const UPDATED = ["via", "interface", "source", "mtu", "onlink", "type", "nexthops"] as const;

function change(verb: "add" | "replace", args: Args, owner = byResource(args.mark)): Command {
  const { namespace, source, mtu, type, nexthops } = args;
  return ip(
    namespace,
    ...[...familyFlag(args), "route", verb],
    ...(type === "unicast" ? [] : [type]),
    ...keyWords(args, owner),
    ...(source === undefined ? [] : ["src", source]),
    ...(mtu === undefined ? [] : ["mtu", String(mtu)]),
    ...(nexthops ? multipathWords(nexthops, args) : wayWords(args, args)),
  );
}

/** The words that identify the route. */
const keyWords = (args: Args, owner = byResource(args.mark)): string[] => [
  ...[args.destination, "table", String(args.table)],
  ...["metric", String(metricOf(args)), "proto", protocolFor(owner)],
];

/**
 * For metric 0, deletion accepts any metric and deletes the lowest. If the route has just disappeared with its link,
 * that would be another route. Type and ways rule this out.
 */
function deletionWords({ restorable }: Observed<Args, object>, args: Args): string[] {
  if (metricOf(args) > 0) return keyWords(args);
  const { type = args.type, nexthops, via, interface: link } = restorable ?? args;
  const ways = nexthops
    ? multipathWords(nexthops, args)
    : wayWords({ via, interface: link, onlink: false }, args);
  return [type, ...keyWords(args), ...ways];
}

const multipathWords = (nexthops: readonly Nexthop[], args: Args): string[] =>
  nexthops.flatMap((way) => ["nexthop", ...wayWords(way, args), "weight", String(way.weight)]);

function wayWords({ via, interface: link, onlink }: Way, args: Args): string[] {
  return [
    ...(via === undefined ? [] : ["via", ...(familyOf(via) === routeFamily(args) ? [] : ["inet6"]), via]),
    ...(link === undefined ? [] : ["dev", link]),
    ...(onlink ? ["onlink"] : []),
  ];
}

/** Returns the route as arguments. A link that the kernel chose is not a difference. */
function observedArgs({ type, source, mtu, way, nexthops }: RouteInfo, args: Args): Some<Args> {
  const { via, interface: link, onlink } = canonical(way);
  const observed = {
    ...{ type: typeIn(type), via, onlink, mtu, source: source && canonicalIp(source) },
    ...(args.interface !== undefined && { interface: link }),
    nexthops: nexthops && asAsked(nexthops.map(canonical), args.nexthops ?? []),
  };
  // Without its gateway, `default` alone would be of the other family.
  const isSame = routeFamily({ ...observed, destination: args.destination }) === routeFamily(args);
  return isSame ? observed : { ...observed, destination: targetOf(args) };
}

const canonical = ({ isDead: _, ...way }: RouteInfo["way"]): Nexthop =>
  way.via === undefined ? way : { ...way, via: canonicalIp(way.via) };

/**
 * Returns the ways in the kernel's order, which distributes the flows. A link that the kernel chose is not a
 * difference.
 */
function asAsked(observed: readonly Nexthop[], asked: readonly Nexthop[]): Nexthop[] {
  const left = [...asked];
  return observed.map((way) => {
    const at = left.findIndex((wanted) => isDeepStrictEqual(wanted, asFarAsAsked(way, wanted)));
    return left.splice(at, at < 0 ? 0 : 1)[0] ?? way;
  });
}

function asFarAsAsked({ interface: link, ...rest }: Nexthop, asked: Nexthop): Nexthop {
  return asked.interface === undefined || link === undefined ? rest : { interface: link, ...rest };
}

/** `default` has the family of its gateway, as in `ip route`. */
function routeFamily(args: Some<Args>): Family {
  const { destination = "default" } = args;
  // The destination alone may tell the family while the other fields are unknown.
  return destination === "default" ? familyIn(args.via, args.nexthops, args.source) : familyOf(destination);
}

/** The family of the first address among arguments and lists of ways. Default: IPv4. */
const familyIn = (...values: unknown[]): Family => familyOf(String(addressIn(values)));

function addressIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(addressIn).find((address) => address !== undefined);
  return isRecord(value) ? value["via"] : value;
}

/** The option for IPv6. `ip route` defaults to IPv4. */
const familyFlag = (args: Args): string[] => (routeFamily(args) === "ipv4" ? [] : ["-6"]);

/** The metric that the kernel assigns by default. */
const defaultMetric = (args: Args): number => (routeFamily(args) === "ipv4" ? 0 : 1024);

const metricOf = (args: Args): number => args.metric ?? defaultMetric(args);

/** The destination with its family. */
const targetOf = ({ destination = "default", ...args }: Some<Args>): string =>
  destination !== "default" ? destination : routeFamily(args) === "ipv4" ? "0.0.0.0/0" : "::/0";

/** Reports fields that exclude each other. */
function shapeProblems(args: Args): Problem[] {
  const { type, via, interface: link, nexthops } = args;
  const refuse = (fields: readonly (keyof Args)[], reason: string) =>
    fields
      .filter((field) => args[field] !== undefined && args[field] !== false)
      .map((property) => ({ property, reason }));
  if (type !== "unicast") {
    const reason = `has no meaning for a route of type ${type}, which forwards nothing: leave it out`;
    return refuse(["via", "interface", "onlink", "source", "nexthops"], reason);
  }
  if (nexthops) {
    return refuse(["via", "interface", "onlink"], "has no meaning with `nexthops`: move it into one of them");
  }
  if (via !== undefined || link !== undefined) return [];
  const reason = "is missing: name a gateway here, a link as `interface`, or several ways as `nexthops`";
  return [{ property: "via", reason }];
}

/** Reports ways that the kernel would refuse or misunderstand. */
function wayProblems(args: Args): Problem[] {
  const { type, nexthops } = args;
  if (type !== "unicast") return [];
  if (!nexthops) return gatewayProblems(args, args, "");
  return nexthops.flatMap((way, at) => {
    const twin = nexthops.findIndex(({ via, interface: link }) => via === way.via && link === way.interface);
    const reason = `is the same way as nexthops[${twin}]: give that one more weight instead`;
    return [
      ...(twin < at ? [{ property: `nexthops[${at}]`, reason }] : []),
      ...missingGateway(way, args, at),
      ...gatewayProblems(way, args, `nexthops[${at}].`),
    ];
  });
}

function missingGateway({ via, interface: link }: Way, args: Args, at: number): Problem[] {
  if (via !== undefined || (link !== undefined && routeFamily(args) === "ipv4")) return [];
  const reason =
    link === undefined
      ? "is missing: name a gateway here, or a link as `interface`"
      : "is missing: each of several IPv6 ways needs a gateway";
  return [{ property: `nexthops[${at}].via`, reason }];
}

function gatewayProblems({ via, interface: link, onlink }: Way, args: Args, prefix: string): Problem[] {
  const problems: Problem[] = [];
  const mismatch = via === undefined ? undefined : gatewayMismatch(via, link, args);
  if (mismatch !== undefined) problems.push({ property: `${prefix}via`, reason: mismatch });
  if (onlink && (via === undefined || link === undefined)) {
    const reason = "needs both `via` and `interface`: it makes the gateway a neighbour on that link";
    problems.push({ property: `${prefix}onlink`, reason });
  }
  return problems;
}

function gatewayMismatch(via: string, link: string | undefined, args: Args): string | undefined {
  const bits = familyOf(via) === "ipv4" ? 32 : 128;
  if (bits === 32 && routeFamily(args) === "ipv6") return `is ${via}, but an IPv6 route takes IPv6 gateways`;
  const problem = gatewayProblem(via);
  if (problem) return `is ${via}, ${problem}`;
  if (link === undefined && /^fe[89ab].:/.test(via)) {
    return `is ${via}, which may be on any link: name the link as \`interface\``;
  }
  return args.destination === `${via}/${bits}`
    ? `is ${via}, the destination itself: leave it out and name the link as \`interface\``
    : undefined;
}

/** Reports values of the wrong family. */
function familyProblems(args: Args): Problem[] {
  const { destination, source, metric, mtu } = args;
  const family = routeFamily(args);
  const problems: Problem[] = [];
  if (source !== undefined && familyOf(source) !== family) {
    const name = family === "ipv4" ? "IPv4" : "IPv6";
    const other = destination === "default" && family === "ipv6" ? ", or the destination as 0.0.0.0/0" : "";
    const reason = `is ${source}, but this is an ${name} route: write an ${name} address${other}`;
    problems.push({ property: "source", reason });
  } else if (source !== undefined) {
    const problem = machineProblem(source);
    if (problem) problems.push({ property: "source", reason: `is ${source}, ${problem}` });
  }
  if (family === "ipv6" && metric === 0) {
    problems.push({
      property: "metric",
      reason: "is 0, which the kernel reads as 1024 for IPv6: write 1024",
    });
  }
  if (family === "ipv6" && mtu !== undefined && mtu < 1280) {
    const reason = `is ${mtu}, but IPv6 needs at least 1280 bytes (RFC 8200): write 1280 or more`;
    problems.push({ property: "mtu", reason });
  }
  return problems;
}
