import { expect } from "chai";
import { peerOf, portName } from "../../../provider/trace/network";
import { endpointsOf, looseEndsOf, segmentOf } from "../../../provider/trace/segment";
import { network } from "../../support/network";

function port(where: string | undefined, name: string) {
  const found = network.find((one) => one.name === where);
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
