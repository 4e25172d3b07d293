import fc from "fast-check";
import { hostOf } from "../ip";
import { type AddressItem, freshName } from "../program";
import { byName, type Growth, namesIn, pick, seldom } from "./common";
import { pickedLink } from "./links";

const SUBNETS = 6;

export const addresses: fc.Arbitrary<Growth<AddressItem>> = fc
  .record({
    byName,
    link: pick,
    family: fc.constantFrom("ipv4", "ipv6"),
    subnet: fc.integer({ min: 1, max: SUBNETS }),
    host: fc.integer({ min: 1, max: 9 }),
    prefix: fc.constantFrom("24", "25", "32"),
    peer: seldom(fc.integer({ min: 51, max: 59 })),
    scope: seldom(fc.constantFrom("global", "link", "host")),
    nodad: seldom(fc.boolean()),
    linkLocal: seldom(fc.constant(true)),
  })
  .map(({ byName, link: at, family, subnet, host, prefix, peer, scope, nodad, linkLocal }) => (program) => {
    const link = pickedLink(program, at);
    if (!link) return undefined;
    const isV4 = family === "ipv4";
    const length = isV4 ? prefix : { 24: "64", 25: "65", 32: "128" }[prefix];
    const local = linkLocal && !isV4 ? `fe80::${host}` : hostOf(family, subnet, host);
    const far = peer === undefined || linkLocal ? undefined : hostOf(family, subnet, peer);
    return {
      ...{ kind: "Address", name: freshName("ip", namesIn(program)), formerly: undefined, byName },
      args: {
        interface: link.ref,
        address: far === undefined ? `${local}/${length}` : `${local}/${isV4 ? 32 : 128}`,
        peer: far === undefined ? undefined : `${far}/${length}`,
        scope: isV4 ? scope : undefined,
        nodad: isV4 ? undefined : nodad,
      },
    };
  });
