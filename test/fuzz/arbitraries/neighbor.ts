import fc from "fast-check";
import { type Family, FIRST_GATEWAY, hostOf } from "../ip";
import { freshName, type NeighborItem } from "../program";
import { byName, type Growth, mac, maybe, namesIn, pick, seldom } from "./common";
import { pickedLink } from "./links";

export const neighbors: fc.Arbitrary<Growth<NeighborItem>> = fc
  .record({
    byName,
    link: pick,
    family: fc.constantFrom<Family>("ipv4", "ipv6"),
    subnet: fc.integer({ min: 1, max: 6 }),
    // Some of them are gateways.
    host: fc.integer({ min: FIRST_GATEWAY, max: FIRST_GATEWAY + 5 }),
    lladdr: mac,
    state: seldom(fc.constantFrom<NeighborItem["args"]["state"]>("permanent", "noarp")),
    router: maybe(fc.boolean()),
    proxy: seldom(fc.boolean()),
  })
  .map(({ byName, link: at, family, subnet, host, lladdr, state, router, proxy }) => (program) => {
    const link = pickedLink(program, at);
    return (
      link && {
        ...{ kind: "Neighbor", name: freshName("near", namesIn(program)), formerly: undefined, byName },
        args: {
          interface: link.ref,
          address: hostOf(family, subnet, host),
          lladdr: proxy ? undefined : lladdr,
          state: proxy ? undefined : state,
          router: family === "ipv6" ? router : undefined,
          proxy,
        },
      }
    );
  });
