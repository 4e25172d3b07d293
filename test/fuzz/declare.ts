import { Address, Bridge, Namespace, NatRule, Route, Sysctl, type VethEnd, VethPair } from "../../sdk";
import {
  addressArgs,
  bridgeArgs,
  cableArgs,
  given,
  natArgs,
  type Referrer,
  routeArgs,
  sysctlArgs,
} from "./args";
import { linkOf, placeName } from "./links";
import type { Item, Program } from "./program";

/** Declares the resources of a program, as a person would in TypeScript. */
export function declare(program: Program): void {
  const made: Made = { namespaces: new Map(), bridges: new Map(), cables: new Map() };
  for (const item of program) declareOne(item, made, item.byName ? names(program) : resources(program, made));
}

interface Made {
  readonly namespaces: Map<string, Namespace>;
  readonly bridges: Map<string, Bridge>;
  readonly cables: Map<string, VethPair>;
}

type Live = Referrer<Namespace | string, Bridge | string, Bridge | VethEnd | string>;

/** References as the resources themselves. */
const resources = (program: Program, { namespaces, bridges, cables }: Made): Live => ({
  program,
  byName: false,
  namespace: (name) => get(namespaces, name),
  bridge: (name) => get(bridges, name),
  link(ref) {
    const [owner = "", side] = ref.split(".");
    if (side === undefined) return get(bridges, owner);
    const cable = get(cables, owner);
    return side === "end" ? cable.end : cable.peer;
  },
});

/** References as names in the kernel. */
const names = (program: Program): Live => ({
  program,
  byName: true,
  namespace: (name) => placeName(program, name),
  bridge: (name) => linkName(program, name),
  link: (ref) => linkName(program, ref),
});

export function linkName(program: Program, ref: string): string {
  const link = linkOf(program, ref);
  if (!link) throw new Error(`the program has no link ${ref}`);
  return link.name;
}

function get<T>(made: ReadonlyMap<string, T>, name: string): T {
  const resource = made.get(name);
  if (!resource) throw new Error(`the program has no ${name}`);
  return resource;
}

function declareOne(item: Item, made: Made, refer: Live): void {
  const { name, formerly } = item;
  const options = formerly === undefined ? {} : { aliases: [{ name: formerly }] };
  switch (item.kind) {
    case "Namespace":
      made.namespaces.set(name, new Namespace(name, given(item.args), options));
      break;
    case "Bridge":
      made.bridges.set(name, new Bridge(name, bridgeArgs(item, refer), options));
      break;
    case "VethPair":
      made.cables.set(name, new VethPair(name, cableArgs(item, refer), options));
      break;
    case "Address":
      new Address(name, addressArgs(item, refer), options);
      break;
    case "Route":
      new Route(name, routeArgs(item, refer), options);
      break;
    case "NatRule":
      new NatRule(name, natArgs(item, refer), options);
      break;
    case "Sysctl":
      new Sysctl(name, sysctlArgs(item, refer), options);
      break;
  }
}
