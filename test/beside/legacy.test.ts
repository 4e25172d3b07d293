import { expect } from "chai";
import { execa } from "execa";
import { pings } from "../support/packets";
import type { ProgramStack } from "../support/programStack";
import type { Snapshot } from "../support/snapshot";
import {
  applied,
  doctorOn,
  expectIn,
  expectNoWayOut,
  expectOut,
  expectSame,
  expectUntouched,
  onPrivateHost,
  stackFor,
  traceFrom,
  type,
  wholeState,
} from "./host";
import { lab } from "./lab";

/** An old-style firewall that drops everything it does not accept. */
const FIREWALL = ["iptables-legacy", "ip6tables-legacy"].flatMap((tool) => [
  `${tool} -A INPUT -i lo -j ACCEPT`,
  `${tool} -A INPUT -i eth0 -j ACCEPT`,
  // Neighbour discovery needs it (RFC 4890).
  ...(tool.startsWith("ip6") ? [`${tool} -A INPUT -p icmpv6 -j ACCEPT`] : []),
  `${tool} -P INPUT DROP`,
  `${tool} -P FORWARD DROP`,
]);

describe("beside iptables-legacy", function () {
  this.timeout(120_000);
  onPrivateHost();

  let stack: ProgramStack;
  let before: Snapshot;

  it("has a firewall that lets the LAN reach the host", async () => {
    for (const line of FIREWALL) await type(line);
    await pings("lan", "10.9.0.2")();
    stack = await stackFor("legacy");
    before = await wholeState();
  });

  it("up makes the lab, and warns of what the firewall drops", async () => {
    const { text } = await stack.up(lab({ accepts: "iptables" }));
    expect(text).to.include("legacy");
    await expectNoWayOut();
  });

  it("the commands of trace let packets through, and touch nothing else", async () => {
    for (const [to, back] of [
      ["10.9.0.1", 1],
      ["fd09::1", 1],
    ] as const) {
      for (let turn = 0; turn <= back; turn++) {
        const { isReached, fault } = await traceFrom("blue", to);
        if (isReached) break;
        await execa("sh", ["-c", fault?.code ?? "false"]);
      }
    }
    await expectOut();
    await expectUntouched(stack);
    for (const tool of ["iptables-legacy", "ip6tables-legacy"]) await type(`${tool} -F FORWARD`);
  });

  it("the commands of doctor for FORWARD do so too", async () => {
    for (const finding of await doctorOn("FORWARD")) await applied(finding);
    await expectOut();
    await expectIn();
    for (const tool of ["iptables-legacy", "ip6tables-legacy"]) await type(`${tool} -F FORWARD`);
    await expectNoWayOut();
  });

  it("destroy restores everything", async () => {
    await stack.destroy();
    await expectSame(before);
  });

  it("doctor's way to a single backend cuts nobody off", async () => {
    await stack.up(lab({ accepts: "iptables" }));
    const [both] = await doctorOn("iptables");
    expect(both?.text).to.include("both backends");
    for (const line of (both?.code ?? []).filter((one) => !one.includes("save"))) {
      await execa("sh", ["-c", line]);
      await pings("lan", "10.9.0.2")();
    }
    expect(await doctorOn("iptables")).to.deep.equal([]);
    await expectOut();
    await expectIn();
    await stack.destroy();
  });
});
