import fc from "fast-check";
import { pick } from "./arbitraries/common";
import { type Link, linkOf, linksOf, placeName } from "./links";
import { policyFamily } from "./policyRules";
import { ofKind, type Program, picked } from "./program";

/** Commands that a person types behind the engine's back. */
export type Command = readonly [tool: string, ...args: string[]];

/** A change by hand for each kind of item. */
type Drift = (program: Program) => Command | undefined;

const onLink = (words: (link: Link) => readonly string[], isManaged = (_: Program, _link: Link) => true) =>
  pick.map(
    (at): Drift =>
      (program) => {
        const link = picked(linksOf(program), at);
        return link && isManaged(program, link) ? ip(program, link.place, ...words(link)) : undefined;
      },
  );

const ip = (program: Program, place: string | undefined, ...words: readonly string[]): Command => [
  "ip",
  ...(place === undefined ? [] : ["-n", placeName(program, place)]),
  ...words,
];

const lostNamespace = pick.map(
  (at): Drift =>
    (program) => {
      const namespace = picked(ofKind(program, "Namespace"), at);
      return namespace && ["ip", "netns", "del", placeName(program, namespace.name)];
    },
);

const lostRules = pick.map(
  (at): Drift =>
    (program) => {
      const rule = picked([...ofKind(program, "NatRule"), ...ofKind(program, "FilterRule")], at);
      if (!rule) return undefined;
      const { namespace } = rule.args;
      const isIptables = rule.kind === "NatRule" && rule.args.backend === "iptables";
      const words = isIptables ? ["iptables", "-t", "nat", "-F"] : ["nft", "flush", "ruleset"];
      const [tool = "nft", ...args] =
        namespace === undefined ? words : ["ip", "netns", "exec", placeName(program, namespace), ...words];
      return [tool, ...args];
    },
);

const onNeighbor = (words: (entry: readonly string[]) => readonly string[]) =>
  pick.map(
    (at): Drift =>
      (program) => {
        const neighbor = picked(ofKind(program, "Neighbor"), at);
        const link = linkOf(program, neighbor?.args.interface);
        if (!neighbor || !link) return undefined;
        const { address, proxy } = neighbor.args;
        const entry = [...(proxy ? ["proxy"] : []), address, "dev", link.name];
        return ip(program, link.place, "neigh", ...words(entry));
      },
  );

const onPolicy = (verb: string, ...words: readonly string[]) =>
  pick.map(
    (at): Drift =>
      (program) => {
        const rule = picked(ofKind(program, "PolicyRule"), at);
        if (!rule) return undefined;
        const { namespace, priority } = rule.args;
        const family = policyFamily(rule.args) === "ipv4" ? "-4" : "-6";
        return ip(program, namespace, family, "rule", verb, "pref", String(priority), ...words);
      },
  );

/** The MTU of a bridge without the argument is free: it follows the ports. */
const hasMtu = (program: Program, { owner }: Link): boolean =>
  !ofKind(program, "Bridge").some(({ name, args }) => name === owner && args.mtu === undefined);

const drift = fc.oneof(
  onLink(({ name }) => ["link", "del", "dev", name]),
  onLink(({ name }) => ["address", "flush", "dev", name]),
  onLink(({ name }) => ["link", "set", "dev", name, "mtu", "1333"], hasMtu),
  onLink(({ name }) => ["link", "set", "dev", name, "nomaster"]),
  onLink(({ name }) => ["link", "set", "dev", name, "down"]),
  onLink(({ name }) => ["route", "flush", "dev", name, "proto", "110"]),
  onNeighbor((entry) => ["del", ...entry]),
  onNeighbor((entry) => ["replace", ...entry, "lladdr", "06:00:00:00:00:ff", "nud", "permanent"]),
  onPolicy("del"),
  onPolicy("add", "iif", "elsewhere", "lookup", "99", "proto", "110"),
  lostNamespace,
  lostRules,
);

/** Sometimes one or two changes by hand. */
export const drifts = fc.oneof(
  { weight: 3, arbitrary: fc.constant<readonly Drift[]>([]) },
  { weight: 1, arbitrary: fc.array(drift, { minLength: 1, maxLength: 2 }) },
);

export const commandsOf = (program: Program, drifts: readonly Drift[]): Command[] =>
  drifts.flatMap((drift) => {
    const command = drift(program);
    return command ? [command] : [];
  });
