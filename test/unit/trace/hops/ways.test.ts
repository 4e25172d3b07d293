import { expect } from "chai";
import { forwardingOf } from "../../../../provider/trace/hops/forwarding";
import { wayName, waysOpen } from "../../../../provider/trace/hops/ways";
import type { Facts, Way } from "../../../../provider/trace/network/placeDetails";

const USE = "net/ipv4/fib_multipath_use_neigh";

const one: Way = { via: "10.0.1.2", interface: "s1", weight: 1, isDead: false };
const two: Way = { via: "10.0.2.2", interface: "s2", weight: 1, isDead: false };

describe("the kernel spreads flows over", () => {
  const entry = (state: string) => ({ ip: "10.0.1.2", interface: "s1", mac: undefined, state });
  const rows: readonly (readonly [
    name: string,
    ways: readonly Way[],
    use: string,
    state: string,
    open: readonly string[],
  ])[] = [
    ["all ways", [one, two], "0", "REACHABLE", ["s1", "s2"]],
    ["those whose link is up", [{ ...one, isDead: true }, two], "0", "REACHABLE", ["s2"]],
    ["those whose gateway does not answer as well", [one, two], "0", "FAILED", ["s1", "s2"]],
    ["those whose gateway answers, where it looks at that", [one, two], "1", "FAILED", ["s2"]],
    ["all, where no gateway answers", [one], "1", "FAILED", ["s1"]],
  ];
  for (const [name, ways, use, state, open] of rows) {
    it(name, () => {
      const facts: Facts = {
        ...{ routes: [], chains: [], neighbours: [entry(state)], sysctls: new Map([[USE, use]]) },
      };
      expect(waysOpen(ways, facts, "ipv4").map((way) => way.interface)).to.deep.equal(open);
    });
  }

  it("ways with or without a gateway", () => {
    expect(wayName(one)).to.equal("via 10.0.1.2 by s1");
    expect(wayName({ ...one, via: undefined })).to.equal("by s1");
  });
});

describe("what decides whether a packet that comes in by ra is forwarded", () => {
  const four = (whole: string, ra: string, rb = ra) => ({
    "net/ipv4/ip_forward": whole,
    "net/ipv4/conf/ra/forwarding": ra,
    "net/ipv4/conf/rb/forwarding": rb,
  });
  const six = (whole: string, ra: string | undefined, rb = ra) => ({
    "net/ipv6/conf/all/forwarding": whole,
    ...(ra !== undefined && { "net/ipv6/conf/ra/force_forwarding": ra }),
    ...(rb !== undefined && { "net/ipv6/conf/rb/force_forwarding": rb }),
  });
  const rows: readonly (readonly [
    family: "ipv4" | "ipv6",
    values: Record<string, string>,
    isOn: boolean,
    key: string,
  ])[] = [
    ["ipv4", four("1", "1"), true, "net/ipv4/conf/ra/forwarding"],
    ["ipv4", four("0", "1"), true, "net/ipv4/conf/ra/forwarding"],
    ["ipv4", four("1", "0"), false, "net/ipv4/conf/ra/forwarding"],
    ["ipv4", four("0", "0"), false, "net/ipv4/ip_forward"],
    ["ipv4", four("0", "0", "1"), false, "net/ipv4/conf/ra/forwarding"],
    ["ipv6", six("1", "0"), true, "net/ipv6/conf/all/forwarding"],
    ["ipv6", six("0", "1"), true, "net/ipv6/conf/ra/force_forwarding"],
    ["ipv6", six("0", "0"), false, "net/ipv6/conf/all/forwarding"],
    ["ipv6", six("0", undefined), false, "net/ipv6/conf/all/forwarding"],
    ["ipv6", six("0", "0", "1"), false, "net/ipv6/conf/ra/force_forwarding"],
  ];
  for (const [family, values, isOn, key] of rows) {
    it(`is ${key} with ${JSON.stringify(values)}`, () => {
      const found = forwardingOf(new Map(Object.entries(values)), family, "ra", ["lo", "ra", "rb"]);
      expect([found.isOn, found.key]).to.deep.equal([isOn, key]);
    });
  }
});
