import { expect } from "chai";
import { letThrough } from "../../../../provider/trace/hops/letThrough";
import type { Packet, Passage } from "../../../../provider/trace/packet";
import type { Hook } from "../../../../provider/trace/rules/chain";
import { parseIptables } from "../../../../provider/trace/rules/iptables";
import { judge } from "../../../../provider/trace/rules/judge";

const WEB: Packet = {
  ...{ family: "ipv4", protocol: "tcp", source: "10.1.0.2", destination: "10.2.0.2" },
  ...{ port: 80, isReply: false },
};

const place = { name: undefined, devices: [], numbers: new Map() };

type How = Partial<Passage> & { readonly hook?: Hook; readonly tool?: "iptables" | "iptables-legacy" };

/** Returns the printed fix if these rules drop the packet. */
function codeFor(rules: readonly string[], { hook = "forward", tool = "iptables", ...more }: How = {}) {
  const passage = { packet: WEB, inInterface: "veth-red", local: [], ...more };
  const chains = parseIptables(rules.join("\n"), tool, "ip");
  const { by } = judge(chains, hook, ["ip"], passage);
  return by && letThrough({ place, chains, hook, families: ["ip"], passage, by }).code;
}

const DOCKER = [
  ...["*filter", ":FORWARD DROP [0:0]", ":DOCKER-USER - [0:0]", ":OTHER - [0:0]"],
  "-A FORWARD -j DOCKER-USER",
];

describe("what lets a packet through", () => {
  const rule = (more: string, chain = "forward") =>
    `new FilterRule("…", { chain: "${chain}", backend: "iptables", ${more}, verdict: "accept" });`;
  const web = 'source: "10.1.0.2", destination: "10.2.0.2", protocol: "tcp", port: 80';

  it("is a FilterRule in Docker's chain, where that comes first", () => {
    const docker = rule(`dockerUser: true, ${web}`);
    expect(codeFor(DOCKER)).to.equal(docker);
    expect(codeFor([...DOCKER, "-A FORWARD -j OTHER", "-A OTHER -j DROP"])).to.equal(docker);
    expect(codeFor([...DOCKER, "-A DOCKER-USER -j DROP"])).to.equal(docker);
  });

  it("is a FilterRule in FORWARD itself, where Docker's chain comes too late or is another table's", () => {
    const early = [...DOCKER.slice(0, 4), "-A FORWARD -j DROP", "-A FORWARD -j DOCKER-USER"];
    expect(codeFor(early)).to.equal(rule(web));
    expect(codeFor(["*filter", ":FORWARD DROP [0:0]", "*mangle", ":DOCKER-USER - [0:0]"])).to.equal(
      rule(web),
    );
  });

  it("is a FilterRule for any chain of the table filter", () => {
    expect(codeFor(["*filter", ":INPUT DROP [0:0]"], { hook: "input" })).to.equal(rule(web, "input"));
  });

  it("names no port of a ping, and the state of an answer", () => {
    const forward = ["*filter", ":FORWARD DROP [0:0]"];
    const ping: Packet = { ...WEB, protocol: "icmp", port: undefined };
    expect(codeFor(forward, { packet: ping })).to.equal(
      rule('source: "10.1.0.2", destination: "10.2.0.2", protocol: "icmp"'),
    );
    expect(codeFor(forward, { packet: { ...WEB, isReply: true } })).to.equal(
      rule('source: "10.1.0.2", destination: "10.2.0.2", protocol: "tcp", state: "established"'),
    );
  });

  it("is to be typed where no resource can do it", () => {
    expect(codeFor(["*mangle", ":FORWARD DROP [0:0]"])).to.equal(
      "iptables -t mangle -I FORWARD -s 10.1.0.2 -d 10.2.0.2 -j ACCEPT",
    );
    expect(codeFor(DOCKER, { tool: "iptables-legacy" })).to.equal(
      "iptables-legacy -I DOCKER-USER -s 10.1.0.2 -d 10.2.0.2 -j ACCEPT",
    );
  });
});
