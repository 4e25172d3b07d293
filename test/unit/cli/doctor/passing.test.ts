import { expect } from "chai";
import { passesBridged, passesOurs } from "../../../../cli/doctor/checks/passing";
import type { HostFacts } from "../../../../cli/doctor/facts";
import { markOf } from "../../../../provider/linux/marks/mark";
import { parseIptables } from "../../../../provider/trace/rules/iptables";
import { address, link, place } from "../../../support/network";

const mark = markOf("Bridge", "urn:pulumi:dev::lab::pulumi-nodejs:dynamic/netns:Bridge::lab");
const loopback = link(1, "lo", { flags: ["LOOPBACK", "UP"] });
const own = link(2, "lab0", { linkinfo: { info_kind: "bridge" }, ifalias: mark, ...address("10.0.0.1") });
const uplink = link(3, "eth0", address("192.168.1.2"));

/** Returns whether the first base chain of such a table accepts the packets of these links. */
function judged(rules: readonly string[], links: readonly object[] = [loopback, own, uplink]) {
  const table = ["*filter", ":FORWARD DROP [0:0]", ":USER - [0:0]", ...rules, "COMMIT"].join("\n");
  const chains = parseIptables(table, "iptables", "ip");
  const facts = { chains, network: [place(undefined, [], ...links)] } as unknown as HostFacts;
  const [chain] = chains;
  if (!chain) throw new Error("there is a chain");
  return [passesOurs(chain, facts), passesBridged(chain, facts)];
}

const OUT = "-A FORWARD -i lab0 -o eth0 -j ACCEPT";
const BACK = "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT";

describe("whether a chain passes the packets of our links", () => {
  it("is no where nothing accepts them, or only one way", () => {
    expect(judged([])).to.deep.equal([false, false]);
    expect(judged([OUT])).to.deep.equal([false, false]);
    expect(judged([BACK])).to.deep.equal([false, false]);
  });

  it("is yes where rules accept them and the answers, in chains of their own as well", () => {
    expect(judged([OUT, BACK])).to.deep.equal([true, false]);
    expect(
      judged(["-A FORWARD -j USER", "-A USER -i lab0 -j ACCEPT", "-A USER -o lab0 -j ACCEPT"]),
    ).to.deep.equal([true, true]);
  });

  it("is no where a rule before them may drop them", () => {
    expect(judged(["-A FORWARD -m recent --name bad --rcheck -j DROP", OUT, BACK])).to.deep.equal([
      false,
      false,
    ]);
    expect(judged(["-A FORWARD -m recent --name good --rcheck -j ACCEPT", OUT, BACK])).to.deep.equal([
      true,
      false,
    ]);
  });

  it("is no where there is no link of ours, or no other", () => {
    expect(judged([OUT, BACK], [loopback, uplink])).to.deep.equal([false, false]);
    expect(judged([OUT, BACK], [loopback, own])).to.deep.equal([false, false]);
  });
});
