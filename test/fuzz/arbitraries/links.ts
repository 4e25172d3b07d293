import fc from "fast-check";
import { lackingOf, testedLinks } from "../../support/kindsOfLink";
import { linksOf } from "../links";
import {
  type BridgeItem,
  type CableItem,
  freshName,
  type LinkItem,
  type NamespaceItem,
  ofKind,
  type Program,
  picked,
} from "../program";
import { PLACE_KEYS } from "../sysctls";
import { byName, type Growth, mac, maybe, namesIn, pick, seldom } from "./common";

const namespaceWords = fc.constantFrom("red", "lab.1", "été", "n_s-2", "x");
const linkWords = fc.constantFrom("uplink", "eth0.100", "v-net-0", "exactly15bytes_", "x@y");

const inner = fc
  .array(
    fc.constantFrom(...PLACE_KEYS).chain(([key, values]) => fc.tuple(fc.constant(key), values)),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((entries) => Object.fromEntries(entries));

export const namespaces: fc.Arbitrary<Growth<NamespaceItem>> = fc
  .record({
    byName,
    name: maybe(namespaceWords),
    loopback: seldom(fc.boolean()),
    killProcesses: seldom(fc.boolean()),
    sysctls: seldom(inner),
  })
  .map(({ byName, ...args }) => (program) => ({
    ...{ kind: "Namespace", name: freshName("room", namesIn(program)), formerly: undefined, byName, args },
  }));

/** A namespace of the program, or the host's own, which is as likely as any other. */
export function pickedPlace(program: Program, at: number): string | undefined {
  return picked([undefined, ...ofKind(program, "Namespace").map(({ name }) => name)], at);
}

const mtu = fc.integer({ min: 1280, max: 9000 });
/** Too small for IPv6. A port passes it on to its bridge. */
const smallMtu = fc.integer({ min: 68, max: 1279 });

export const bridges: fc.Arbitrary<Growth<BridgeItem>> = fc
  .record({
    byName,
    place: pick,
    name: seldom(linkWords),
    mac: seldom(mac),
    mtu: maybe(mtu),
    stp: seldom(fc.boolean()),
    forwardDelay: seldom(fc.integer({ min: 20, max: 300 }).map((tenths) => tenths / 10)),
    ageingTime: seldom(fc.integer({ min: 0, max: 6000 }).map((tenths) => tenths / 10)),
    groupFwdMask: seldom(fc.integer({ min: 0, max: 8191 }).map((mask) => mask * 8)),
    up: seldom(fc.boolean()),
  })
  .map(({ byName, place, ...args }) => (program) => ({
    ...{ kind: "Bridge", name: freshName("switch", namesIn(program)), formerly: undefined, byName },
    args: { ...args, namespace: pickedPlace(program, place) },
  }));

const end = fc.record({
  place: pick,
  bridge: maybe(pick),
  name: seldom(linkWords),
  mac: seldom(mac),
  mtu: seldom(fc.oneof({ weight: 3, arbitrary: mtu }, { weight: 1, arbitrary: smallMtu })),
  up: seldom(fc.boolean()),
});

export const cables: fc.Arbitrary<Growth<CableItem>> = fc
  .record({ byName, end, peer: end })
  .map(({ byName, end, peer }) => (program) => {
    const name = freshName("cable", namesIn(program));
    const far = placed(program, peer);
    return {
      ...{ kind: "VethPair", name, formerly: undefined, byName },
      args: { end: placed(program, end), peer: { ...far, name: far.name ?? `${name}-far` } },
    };
  });

/** Kinds of link that this kernel can create. */
const makeable = testedLinks.filter((link) => lackingOf(link) === undefined).map(({ kind }) => kind);

export const singleLinks: fc.Arbitrary<Growth<LinkItem>> = fc
  .record({ byName, of: pick, end })
  .map(({ byName, of: at, end }) => (program) => {
    const of = picked(makeable, at);
    if (of === undefined) return undefined;
    const name = freshName("link", namesIn(program));
    return { kind: "Link", name, formerly: undefined, byName, args: { of, ...placed(program, end) } };
  });

/** A port of a bridge or none, in its own namespace or any. */
function placed(
  program: Program,
  {
    place,
    bridge: at,
    ...rest
  }: {
    place: number;
    bridge: number | undefined;
    name: string | undefined;
    mac: string | undefined;
    mtu: number | undefined;
    up: boolean | undefined;
  },
) {
  const bridge = at === undefined ? undefined : picked(ofKind(program, "Bridge"), at)?.name;
  return { ...rest, bridge, namespace: bridge === undefined ? pickedPlace(program, place) : undefined };
}

/** A link of the program that is up. */
export const pickedLink = (program: Program, at: number) =>
  picked(
    linksOf(program).filter(({ up }) => up),
    at,
  );
