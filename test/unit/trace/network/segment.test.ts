import { expect } from "chai";
import { type Network, peerOf, placeOf, portName } from "../../../../provider/trace/network/network";
import {
  endpointsOf,
  looseEndsOf,
  segmentOf,
  withoutVlans,
} from "../../../../provider/trace/network/segment";
import { link, network, place, veth } from "../../../support/network";

function port(where: string | undefined, name: string, within: Network = network) {
  const found = within.find((one) => one.name === where);
  const device = found?.devices.find((one) => one.name === name);
  if (!found || !device) throw new Error(`there is no ${name}`);
  return { place: found, device };
}

const peer = (where: string | undefined, name: string): string | undefined => {
  const found = peerOf(network, port(where, name));
  return found && portName(found);
};

describe("cables", () => {
  it("lead from the host into namespaces, by the numbers it has for them", () => {
    expect(["red-br", "blue-br", "lan0"].map((name) => peer(undefined, name))).to.deep.equal([
      "eth0 in red",
      "eth0 in blue",
      "eth0 in lan",
    ]);
  });

  it("lead back to the host, for which nobody has a name", () => {
    expect(["red", "blue", "lan"].map((name) => peer(name, "eth0"))).to.deep.equal([
      "red-br on the host",
      "blue-br on the host",
      "lan0 on the host",
    ]);
  });

  it("may have both ends in one place, or one out of sight", () => {
    expect(["here0", "docker0", "eth0"].map((name) => peer(undefined, name))).to.deep.equal([
      "here1 on the host",
      undefined,
      undefined,
    ]);
  });
});

describe("segments", () => {
  const around = (where: string | undefined, name: string) => {
    const segment = segmentOf(network, port(where, name));
    return {
      endpoints: endpointsOf(segment).map(portName).sort(),
      openings: segment.openings.map(portName),
      loose: looseEndsOf(segment).map(portName),
    };
  };

  it("reach over cables and bridges", () => {
    expect(around("red", "eth0")).to.deep.equal({
      endpoints: ["br0 on the host", "eth0 in blue", "eth0 in red", "here0 on the host"],
      openings: [],
      loose: ["here0 on the host"],
    });
    expect(around(undefined, "br0")).to.deep.equal(around("blue", "eth0"));
  });

  it("tell the way from one link to another", () => {
    const { ways } = segmentOf(network, port("red", "eth0"));
    expect(ways.get("blue/2")?.map(portName)).to.deep.equal([
      "eth0 in red",
      "red-br on the host",
      "br0 on the host",
      "blue-br on the host",
      "eth0 in blue",
    ]);
  });

  it("go on out of sight by hardware, and by cables to places without a name", () => {
    expect(around(undefined, "eth0").openings).to.deep.equal(["eth0 on the host"]);
    expect(around(undefined, "docker0").openings).to.deep.equal(["docker0 on the host"]);
    expect(around("lan", "eth0")).to.deep.equal({
      endpoints: ["eth0 in lan", "lan0 on the host"],
      openings: [],
      loose: ["lan0 on the host"],
    });
  });
});

describe("ways over a ring of bridges", () => {
  const bridge = (index: number, name: string) => link(index, name, { linkinfo: { info_kind: "bridge" } });
  const cable = (
    index: number,
    [a, b]: readonly [string, string],
    masters: readonly string[],
    stopped: Stopped,
  ) =>
    [
      { own: a, far: b, at: index, master: masters[0] },
      { own: b, far: a, at: index + 1, master: masters[1] },
    ].map(({ own, far, at, master }) =>
      veth(
        at,
        own,
        { link: far },
        {
          ...(master && { master }),
          flags: stopped[own] === "down" ? ["BROADCAST"] : ["BROADCAST", "UP"],
          linkinfo: { info_kind: "veth", info_slave_data: { state: stopped[own] ?? "forwarding" } },
        },
      ),
    );
  type Stopped = Readonly<Record<string, string>>;

  /** a — br1 — br2 — b, by the cable s or by l, br3 and o. */
  const wayWhere = (stopped: Stopped): string => {
    const ring = place(
      undefined,
      [],
      ...[bridge(1, "br1"), bridge(2, "br2"), bridge(3, "br3")],
      ...cable(4, ["a", "pa"], ["", "br1"], stopped),
      ...cable(6, ["b", "pb"], ["", "br2"], stopped),
      ...cable(8, ["s1", "s2"], ["br1", "br2"], stopped),
      ...cable(10, ["l1", "l3"], ["br1", "br3"], stopped),
      ...cable(12, ["o3", "o2"], ["br3", "br2"], stopped),
    );
    const { ways } = segmentOf([ring], port(undefined, "a", [ring]));
    return (ways.get("/6") ?? []).map(({ device }) => device.name).join(" ");
  };
  const short = "a pa br1 s1 s2 br2 pb b";
  const long = "a pa br1 l1 l3 br3 o3 o2 br2 pb b";

  const rows: readonly (readonly [stopped: Stopped, way: string])[] = [
    [{}, short],
    [{ s2: "blocking" }, long],
    [{ s1: "blocking" }, long],
    [{ s1: "listening" }, long],
    [{ s1: "disabled" }, long],
    [{ s2: "down" }, long],
    [{ l3: "blocking" }, short],
    [{ s2: "blocking", o3: "down" }, short],
    [{ s1: "blocking", s2: "blocking", o3: "down" }, long],
    [{ pb: "blocking" }, short],
  ];
  for (const [stopped, way] of rows) {
    it(`with ${JSON.stringify(stopped)} is ${way}`, () => expect(wayWhere(stopped)).to.equal(way));
  }
});

describe("VLANs of Open vSwitch", () => {
  const table = (headings: readonly string[], ...data: readonly unknown[][]): string =>
    JSON.stringify({ headings, data });
  const uuid = (text: string) => ["uuid", text];
  const names = ["sw", "red", "blue", "trunk", "native", "tagged"];
  const vlans = [
    [],
    [10],
    [20],
    [["set", [10, 20]], "trunk"],
    [10, "native-untagged"],
    [10, "native-tagged"],
  ];
  const answer = [
    table(["name", "ports"], ["sw", ["set", names.map(uuid)]]),
    table(
      ["_uuid", "interfaces", "tag", "trunks", "vlan_mode"],
      ...names.map((name, at) => {
        const [tag, mode] = vlans[at] ?? [];
        const isTrunk = mode === "trunk";
        const empty = ["set", []];
        return [
          uuid(name),
          uuid(name),
          isTrunk ? empty : (tag ?? empty),
          isTrunk ? tag : empty,
          mode ?? empty,
        ];
      }),
    ),
    table(["_uuid", "name"], ...names.map((name) => [uuid(name), name])),
  ].join("\n");
  const links = names.map((name, at) => link(at + 1, name));
  const host = placeOf(undefined, [JSON.stringify(links), "[]", answer]);
  const from = (name: string, look = segmentOf) =>
    [...look([host], port(undefined, name, [host])).ways.values()]
      .map((way) => way.at(-1)?.device.name)
      .join(" ");

  it("say which ports a frame without a tag gets to", () => {
    expect(Object.fromEntries(names.map((name) => [name, from(name)]))).to.deep.equal({
      sw: "sw",
      red: "red native",
      blue: "blue",
      trunk: "trunk",
      native: "native red",
      tagged: "tagged red native",
    });
  });

  it("can be left out", () => {
    expect(from("red", withoutVlans)).to.equal("red sw blue trunk native tagged");
  });
});
