import { expect } from "chai";
import { sharedMac } from "../../../../provider/trace/hops/duplicates";
import { fixedEntry, takersOf } from "../../../../provider/trace/hops/neighbour";
import { newJourney } from "../../../../provider/trace/journey";
import { portName, portsOf } from "../../../../provider/trace/network/network";
import type { Neighbour } from "../../../../provider/trace/network/placeDetails";
import { segmentOf } from "../../../../provider/trace/network/segment";
import { Owners } from "../../../../provider/trace/owners";
import { address, link, place, veth } from "../../../support/network";

type Macs = Readonly<Record<string, string>>;

/** a, b and c are on br0 by cables to pa, pb and pc. d has a cable to e. Links not given have unique MAC addresses. */
function labOf(macs: Macs, down: readonly string[] = []) {
  const names = ["a", "pa", "b", "pb", "c", "pc", "d", "e"];
  const more = (name: string, at: number) => ({
    ...{
      address: macs[name] ?? `02:00:00:00:00:1${at}`,
      ...(/^[ab]$/.test(name) && address(`10.0.0.${at + 1}`)),
    },
    ...(name.startsWith("p") && { master: "br0" }),
    flags: down.includes(name) ? ["BROADCAST"] : ["BROADCAST", "UP"],
  });
  const links = names.map((name, at) => veth(at + 2, name, { link: names[at ^ 1] }, more(name, at)));
  const bridge = link(1, "br0", {
    linkinfo: { info_kind: "bridge" },
    address: macs["br0"] ?? "02:00:00:00:00:99",
  });
  const host = place(undefined, [], bridge, ...links);
  const port = (name: string) => {
    const found = portsOf(host).find(({ device }) => device.name === name);
    if (!found) throw new Error(`there is no ${name}`);
    return found;
  };
  return { network: [host], port };
}

const ONE = "02:00:00:00:00:01";
const both = (...names: readonly string[]): Macs => Object.fromEntries(names.map((name) => [name, ONE]));

describe("MAC addresses that two links of one Ethernet share", () => {
  const found = (macs: Macs, [from, to]: readonly [string, string], down?: readonly string[]) => {
    const { network, port } = labOf(macs, down);
    const journey = newJourney(network, new Owners([]), "ipv4");
    const fault = sharedMac(journey, segmentOf(network, port(from)), port(from), port(to));
    return fault
      ? [fault.effect, fault.reason]
      : journey.risks.flatMap(({ effect, reason }) => [effect, reason]);
  };
  const have = (one: string, other: string) =>
    `both ${one} on the host and ${other} on the host have the MAC address ${ONE}`;
  const kept = ", so br0 does not forward frames to it";

  const rows: readonly (readonly [macs: Macs, way: readonly [string, string], found: readonly string[]])[] = [
    [{}, ["a", "b"], []],
    [both("a", "b"), ["a", "b"], ["all", have("a", "b")]],
    [both("b", "c"), ["a", "b"], ["chance", have("b", "c")]],
    [both("a", "c"), ["a", "b"], ["chance", have("a", "c")]],
    [both("b", "br0"), ["a", "b"], ["all", have("b", "br0") + kept]],
    [both("a", "br0"), ["a", "b"], ["all", have("a", "br0") + kept]],
    [both("b", "pa"), ["a", "b"], ["all", have("b", "pa") + kept]],
    // A bridge may have the address of a port. Irrelevant cables may share one.
    [both("br0", "pa"), ["a", "b"], []],
    [both("br0", "pa"), ["a", "br0"], []],
    [both("pa", "pb"), ["a", "b"], []],
    [both("d", "e"), ["d", "e"], []],
    [both("b", "d"), ["a", "b"], []],
    [{ b: "00:00:00:00:00:00", c: "00:00:00:00:00:00" }, ["a", "b"], []],
  ];
  for (const [macs, way, expected] of rows) {
    it(`${way.join(" to ")}, where ${Object.keys(macs).join(" and ")} do: ${expected[0] ?? "nothing"}`, () =>
      expect(found(macs, way)).to.deep.equal(expected));
  }

  it("matter only where both are up", () => {
    expect(found(both("b", "c"), ["a", "b"], ["c"])).to.deep.equal([]);
    expect(found(both("b", "c"), ["a", "b"], ["pc"])).to.deep.equal([]);
  });
});

describe("a neighbour entry that nobody is asked about", () => {
  const entry = (mac: string | undefined, state: string): Neighbour => ({
    ...{ ip: "10.0.0.9", interface: "a", mac, state },
  });
  const { network, port } = labOf(both("pa"));

  it("is a permanent one, or of state noarp that is not the link's own doing", () => {
    const isFixed = (one: Neighbour) =>
      fixedEntry({ routes: [], chains: [], sysctls: new Map(), neighbours: [one] }, port("a"), "10.0.0.9") ===
      one;
    expect(isFixed(entry(ONE, "PERMANENT"))).to.equal(true);
    expect(isFixed(entry(ONE, "NOARP"))).to.equal(true);
    expect(isFixed(entry(port("a").device.mac, "NOARP"))).to.equal(false);
    expect(isFixed(entry(ONE, "STALE"))).to.equal(false);
    expect(isFixed(entry(undefined, "NOARP"))).to.equal(false);
    expect(isFixed({ ...entry(ONE, "PERMANENT"), interface: "b" })).to.equal(false);
    expect(isFixed({ ...entry(ONE, "PERMANENT"), ip: "10.0.0.8" })).to.equal(false);
  });

  const taken = (mac: string | undefined, ip = "10.0.0.9") =>
    takersOf(segmentOf(network, port("a")), port("a"), { ...entry(mac, "PERMANENT"), ip }).map(portName);

  it("leads to the link that has its MAC address", () => {
    expect(taken(port("b").device.mac)).to.deep.equal(["b on the host"]);
    expect(taken(port("br0").device.mac)).to.deep.equal(["br0 on the host"]);
    expect(taken("02:00:00:00:00:77")).to.deep.equal([]);
  });

  it("leads to the bridge by the address of the port that frames come in by, and by no other", () => {
    expect(taken(ONE)).to.deep.equal(["br0 on the host"]);
    expect(taken(port("pb").device.mac)).to.deep.equal([]);
  });

  it("of a group leads to all that have the IP address", () => {
    expect(taken("01:00:5e:00:00:01")).to.deep.equal([]);
    expect(taken("01:00:5e:00:00:01", "10.0.0.3")).to.include("b on the host");
  });
});
