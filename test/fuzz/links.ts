import { testedLinks } from "../support/kindsOfLink";
import { type End, type LinkItem, ofKind, type Program } from "./program";

/** The links of a program and their places. */
export interface Link {
  /** The program's reference: `bridge1`, `cable1.end`. */
  readonly ref: string;
  /** The resource that creates it. */
  readonly owner: string;
  /** The kernel's kind: `bridge`, `veth`, `dummy`. */
  readonly kind: string;
  /** The resource of its namespace; `undefined` for the host's own. */
  readonly place: string | undefined;
  /** Its name in the kernel. */
  readonly name: string;
  readonly up: boolean;
  readonly mtu: number;
  readonly mac: string | undefined;
  /** The bridge that it is a port of. */
  readonly bridge: string | undefined;
}

/** The default of a bridge without ports, and of a cable. */
const DEFAULT_MTU = 1500;

export function linksOf(program: Program): Link[] {
  const ends = ofKind(program, "VethPair").flatMap(({ name, args: { end, peer } }) => [
    endOf(program, name, `${name}.end`, end),
    endOf(program, name, `${name}.peer`, peer),
  ]);
  const singles = ofKind(program, "Link").map((item) => singleOf(program, item));
  const bridges = ofKind(program, "Bridge").map(({ name, args }): Link => {
    const ports = [...ends, ...singles].filter(({ bridge }) => bridge === name).map(({ mtu }) => mtu);
    return {
      ...{ ref: name, owner: name, kind: "bridge", place: args.namespace, name: args.name ?? name },
      ...{ up: args.up ?? true, mac: args.mac, bridge: undefined },
      // By default a bridge follows its smallest port.
      mtu: args.mtu ?? (ports.length > 0 ? Math.min(...ports) : DEFAULT_MTU),
    };
  });
  return [...bridges, ...ends, ...singles];
}

function endOf(program: Program, owner: string, ref: string, end: End): Link {
  const { name = owner, namespace, bridge, mac, mtu = DEFAULT_MTU, up = true } = end;
  const place = bridge === undefined ? namespace : bridgePlace(program, bridge);
  return { ref, owner, kind: "veth", place, name, up, mtu, mac, bridge };
}

function singleOf(program: Program, { name: ref, args }: LinkItem): Link {
  const { name = ref, namespace, bridge, mac, mtu = DEFAULT_MTU, up = true } = args;
  const kind = testedLinks.find((link) => link.kind === args.of)?.links.type ?? args.of;
  const place = bridge === undefined ? namespace : bridgePlace(program, bridge);
  return { ref, owner: ref, kind, place, name, up, mtu, mac, bridge };
}

const bridgePlace = (program: Program, bridge: string): string | undefined =>
  ofKind(program, "Bridge").find(({ name }) => name === bridge)?.args.namespace;

export const linkOf = (program: Program, ref: string | undefined): Link | undefined =>
  linksOf(program).find((link) => link.ref === ref);

/** The kernel's name of the namespace that the resource `place` creates. */
export const placeName = (program: Program, place: string): string =>
  ofKind(program, "Namespace").find(({ name }) => name === place)?.args.name ?? place;
