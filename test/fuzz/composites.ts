import { familyOf, subnetOf } from "./ip";
import { linkOf } from "./links";
import {
  type End,
  type FilterItem,
  type Item,
  type Kind,
  type NodeItem,
  ofKind,
  type Program,
  type TopologyItem,
} from "./program";
import { covers, networkOf } from "./reach";
import { waysOf } from "./routes";

/** Items that may be parts of a Node or a Topology, and references that may cross its border. */

type Home = NodeItem | TopologyItem;

const homeOf = (program: Program, { within }: Item): Home | undefined =>
  program.find((one): one is Home => one.name === within && (one.kind === "Node" || one.kind === "Topology"));

/** Whether an item has the form of its composite, if it has one, and only refers to allowed items. `kept` are the items before it. */
export function belongs(item: Item, kept: Program, program: Program = kept): boolean {
  const home = homeOf(program, item);
  if (item.within !== undefined && !(home && takes(home, item, kept))) return false;
  return refsOf(item, kept).every((ref) => mayRefer(item, home, ref, program));
}

const RULES: readonly Kind[] = ["NatRule", "PolicyRule", "FilterRule"];

/** Only the composite itself refers to its parts, except for the namespace of a Node. */
function mayRefer(item: Item, home: Home | undefined, ref: string, program: Program): boolean {
  const to = program.find(({ name }) => name === ref);
  if (!to || to.within === item.within) return true;
  const other = homeOf(program, to);
  const isNode = other?.kind === "Node" && to.kind === "Namespace";
  if (!home) return isNode && (RULES.includes(item.kind) || (item.kind === "Sysctl" && !item.args.link));
  // The far end of a cable refers to a single resource, or to an earlier Node.
  return (
    home.kind === "Node" &&
    item.kind === "VethPair" &&
    (!other || (isNode && program.indexOf(other) < program.indexOf(home)))
  );
}

/** Whether the arguments of a composite have a place for an item. */
function takes(home: Home, item: Item, program: Program): boolean {
  const isIn = (name: string | undefined) =>
    program.some((one) => one.name === name && one.within === home.name);
  const isTopology = home.kind === "Topology";
  const isInside = (bridge: string | undefined) => bridge === undefined || isIn(bridge);
  const isPlace = (name: string | undefined) => (name === undefined ? isTopology : isIn(name));
  const ownerOf = (ref: string) => ref.replace(/\.(end|peer)$/, "");
  switch (item.kind) {
    case "Namespace":
      return true;
    case "Bridge":
    case "NatRule":
    case "PolicyRule":
    case "Route":
      return isPlace(item.args.namespace);
    case "FilterRule":
      return isPlace(item.args.namespace) && !hasRival(home, item, program);
    case "Sysctl":
      // The host's are set before there are links.
      return (
        isPlace(item.args.namespace) && (item.args.namespace !== undefined || item.args.link === undefined)
      );
    case "VethPair":
      return isPlace(nearPlace(item.args.end, program)) && isInside(item.args.end.bridge);
    case "Link":
      return item.args.of === "Dummy" && isPlace(nearPlace(item.args, program)) && isInside(item.args.bridge);
    case "Address":
    case "Neighbor":
      return isIn(ownerOf(item.args.interface));
    case "Node":
    case "Topology":
      return false;
  }
}

const nearPlace = ({ bridge, namespace }: Pick<End, "bridge" | "namespace">, program: Program) =>
  bridge === undefined
    ? namespace
    : ofKind(program, "Bridge").find(({ name }) => name === bridge)?.args.namespace;

/** A map does not tell which of two rules with different verdicts comes first. */
const hasRival = ({ name: home }: Home, { name, args }: FilterItem, program: Program): boolean =>
  ofKind(program, "FilterRule").some(
    (one) =>
      one.within === home &&
      one.name !== name &&
      one.args.verdict !== args.verdict &&
      one.args.chain === args.chain &&
      one.args.namespace === args.namespace &&
      (one.args.priority ?? 0) === (args.priority ?? 0),
  );

/** The names of the items that an item hangs on. */
function refsOf(item: Item, program: Program): string[] {
  const owner = (ref: string | undefined) => (ref === undefined ? [] : ref.split(".").slice(0, 1));
  switch (item.kind) {
    case "Namespace":
    case "Node":
    case "Topology":
      return [];
    case "Bridge":
    case "NatRule":
    case "FilterRule":
      return owner(item.args.namespace);
    case "PolicyRule":
      return [item.args.namespace, item.args.iif, item.args.oif].flatMap(owner);
    case "Sysctl":
      return [...owner(item.args.namespace), ...owner(item.args.link)];
    case "Link":
      return [...owner(item.args.namespace), ...owner(item.args.bridge)];
    case "VethPair":
      return [item.args.end, item.args.peer].flatMap((end) => [
        ...owner(end.namespace),
        ...owner(end.bridge),
      ]);
    case "Address":
    case "Neighbor":
      return owner(item.args.interface);
    case "Route":
      return [
        ...owner(item.args.namespace),
        ...waysOf(item.args).flatMap((way) => owner(way.interface)),
        ...addressesFor(item, program),
      ];
  }
}

/** Addresses that cover a gateway of a route, or that it sends from. */
function addressesFor({ args }: Item & { kind: "Route" }, program: Program): string[] {
  return ofKind(program, "Address")
    .filter((address) => {
      if (linkOf(program, address.args.interface)?.place !== args.namespace) return false;
      if (address.args.address.split("/")[0] === args.source) return true;
      return waysOf(args).some(
        ({ via, onlink }) =>
          via !== undefined &&
          !onlink &&
          networkOf(address).subnet === subnetOf(via) &&
          covers(program, address, familyOf(via), Number(/(\d+)$/.exec(via)?.[1])),
      );
    })
    .map(({ name }) => name);
}

/** Adds a composite, and moves the chosen items that fit into it. */
export function folded(program: Program, home: Home, isChosen: (item: Item, at: number) => boolean): Program {
  return inserted(program, home).reduce<Program>(
    (current, item, at) => {
      if (item.within !== undefined || !isChosen(item, at)) return current;
      const moved: Item = { ...item, within: home.name };
      return belongs(moved, current) ? current.map((one) => (one === item ? moved : one)) : current;
    },
    inserted(program, home),
  );
}

/** Dependents of a composite's part become parts as well. Of items without dependencies, some become parts of a Topology. */
export function joined(program: Program, item: Item | undefined): Item | undefined {
  if (!item) return undefined;
  const around = refsOf(item, program).flatMap(
    (ref) => program.find(({ name }) => name === ref)?.within ?? [],
  );
  const free = item.byName ? ofKind(program, "Topology").map(({ name }) => name) : [];
  const homes = [undefined, ...around, ...free].reverse();
  return homes
    .map((within): Item => (within === undefined ? item : { ...item, within }))
    .find((one) => belongs(one, program));
}

/** After the last item of its kind, or of the kinds before it. */
export function inserted(program: Program, item: Item | undefined): Program {
  if (!item) return program;
  const rank = (one: Item) => RANKS.indexOf(one.kind);
  const at = program.findIndex((one) => rank(one) > rank(item));
  return at < 0 ? [...program, item] : [...program.slice(0, at), item, ...program.slice(at)];
}

/** A Node comes after the targets of its cables, and before those that may refer to its namespace. */
const RANKS: readonly Kind[] = [
  ...(["Topology", "Namespace", "Bridge", "Node"] as const),
  ...([
    "VethPair",
    "Link",
    "Address",
    "Route",
    "Neighbor",
    "PolicyRule",
    "NatRule",
    "FilterRule",
    "Sysctl",
  ] as const),
];
