import * as sdk from "../../sdk";
import {
  Address,
  Bridge,
  FilterRule,
  Namespace,
  NatRule,
  Neighbor,
  Node,
  PolicyRule,
  Route,
  Sysctl,
  Topology,
  type VethEnd,
  VethPair,
} from "../../sdk";
import type { Link } from "../../sdk/link";
import {
  addressArgs,
  bridgeArgs,
  cableArgs,
  filterArgs,
  given,
  linkArgs,
  names,
  natArgs,
  neighborArgs,
  policyArgs,
  type Referrer,
  routeArgs,
  sysctlArgs,
} from "./args";
import { inner, nodeArgs, topologyArgs } from "./compositeArgs";
import type { Item, Program } from "./program";

/** Declares the resources of a program, as a person would in TypeScript. */
export function declare(program: Program): void {
  const made: Made = { namespaces: new Map(), bridges: new Map(), links: new Map(), cables: new Map() };
  for (const item of program) {
    if (item.within === undefined)
      declareOne(item, made, item.byName ? names(program) : resources(program, made));
  }
}

interface Made {
  /** A Node represents its namespace. */
  readonly namespaces: Map<string, Namespace | Node>;
  readonly bridges: Map<string, Bridge>;
  readonly links: Map<string, Link>;
  readonly cables: Map<string, VethPair>;
}

type Live = Referrer<Namespace | Node | string, Bridge | string, Link | Bridge | VethEnd | string>;

/** References as resources. */
const resources = (program: Program, { namespaces, bridges, links, cables }: Made): Live => ({
  program,
  byName: false,
  namespace: (name) => get(namespaces, name),
  bridge: (name) => get(bridges, name),
  link(ref) {
    const [owner = "", side] = ref.split(".");
    if (side === undefined) return links.get(owner) ?? get(bridges, owner);
    const cable = get(cables, owner);
    return side === "end" ? cable.end : cable.peer;
  },
});

function get<T>(made: ReadonlyMap<string, T>, name: string): T {
  const resource = made.get(name);
  if (!resource) throw new Error(`the program has no ${name}`);
  return resource;
}

function declareOne(item: Item, made: Made, refer: Live): void {
  const { name, formerly, isSilent } = item;
  const options = formerly === undefined || isSilent ? {} : { aliases: [{ name: formerly }] };
  switch (item.kind) {
    case "Namespace":
      made.namespaces.set(name, new Namespace(name, given(item.args), options));
      break;
    case "Bridge":
      made.bridges.set(name, new Bridge(name, bridgeArgs(item, refer), options));
      break;
    case "Node": {
      const node = new Node(name, nodeArgs(item, refer), options);
      for (const { name } of inner(refer.program, item, "Namespace")) made.namespaces.set(name, node);
      break;
    }
    case "Topology":
      new Topology(name, topologyArgs(item, refer.program), options);
      break;
    case "Link": {
      const given = [name, linkArgs(item, refer), options];
      made.links.set(name, Reflect.construct(Reflect.get(sdk, item.args.of), given));
      break;
    }
    case "VethPair":
      made.cables.set(name, new VethPair(name, cableArgs(item, refer), options));
      break;
    case "Address":
      new Address(name, addressArgs(item, refer), options);
      break;
    case "Route":
      new Route(name, routeArgs(item, refer), options);
      break;
    case "Neighbor":
      new Neighbor(name, neighborArgs(item, refer), options);
      break;
    case "PolicyRule":
      new PolicyRule(name, policyArgs(item, refer), options);
      break;
    case "NatRule":
      new NatRule(name, natArgs(item, refer), options);
      break;
    case "FilterRule":
      new FilterRule(name, filterArgs(item, refer), options);
      break;
    case "Sysctl":
      new Sysctl(name, sysctlArgs(item, refer), options);
      break;
  }
}
