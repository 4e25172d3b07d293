import { rm } from "node:fs/promises";
import { expect } from "chai";
import { execa } from "execa";
import { FilterRule } from "../../sdk";
import { pings } from "../support/packets";
import type { ProgramStack } from "../support/programStack";
import type { Snapshot } from "../support/snapshot";
import {
  applied,
  bus,
  Daemon,
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

const FILES = ["/etc/firewalld"];

describe("beside firewalld", function () {
  this.timeout(180_000);
  onPrivateHost();

  const firewalld = new Daemon("firewalld --nofork --nopid", "firewall-cmd --state");
  let stack: ProgramStack;
  let before: Snapshot;

  it("firewalld runs", async () => {
    await bus().start();
    await firewalld.start();
    stack = await stackFor("firewalld");
  });

  it("nothing blocks if both links are in a zone that forwards, and doctor says so", async () => {
    await stack.up(lab());
    for (const link of ["eth0", "lab0"]) await type(`firewall-cmd --zone=public --add-interface=${link}`);
    await expectOut();
    await expectIn();
    const found = await doctorOn("FORWARD");
    for (const link of ["eth0", "lab0"]) await type(`firewall-cmd --zone=public --remove-interface=${link}`);
    expect(found).to.deep.equal([]);
    await stack.destroy();
    before = await wholeState(FILES);
  });

  it("up makes the lab, and warns of what firewalld rejects; doctor and trace say so", async () => {
    const accepting = () => {
      lab()();
      new FilterRule("accept", { chain: "forward", inInterface: "lab0", verdict: "accept" });
    };
    const { text } = await stack.up(accepting);
    expect(text).to.include("firewalld");
    await expectNoWayOut();
    const [firewall] = await doctorOn("firewalld");
    expect(firewall?.code).to.include("firewall-cmd --permanent --zone=trusted --change-interface=lab0");
    const { sentence } = await traceFrom("blue", "10.9.0.1");
    expect(sentence).to.include("firewalld");
  });

  it("the commands of doctor let packets through, survive a reload, and cut nobody off", async () => {
    const [forward] = await doctorOn("FORWARD");
    await applied(forward);
    await expectOut();
    await type("firewall-cmd --reload");
    await expectOut();
    await expectIn();
    await pings("lan", "10.9.0.2")();
    await untrust();
    await expectNoWayOut();
  });

  it("the commands of trace do so too", async () => {
    for (const to of ["10.9.0.1", "fd09::1"]) {
      const { isReached, fault } = await traceFrom("blue", to);
      if (!isReached) await execa("sh", ["-c", fault?.code ?? "false"]);
    }
    await expectOut();
    await type("firewall-cmd --reload");
    await expectOut();
    await untrust();
    await expectNoWayOut();
  });

  it("FilterRules with backend firewalld do so too, through reloads and zone changes", async () => {
    await stack.up(lab({ accepts: "firewalld" }));
    await expectOut();
    for (const line of [
      "firewall-cmd --reload",
      "firewall-cmd --complete-reload",
      "firewall-cmd --zone=home --change-interface=eth0",
    ]) {
      await type(line);
      await expectUntouched(stack);
      await expectOut();
      await expectIn();
    }
    await type("firewall-cmd --zone=home --remove-interface=eth0");
  });

  it("destroy restores everything", async () => {
    await stack.destroy();
    await expectSame(before, FILES);
  });
});

/** Removes the lab from the zone and deletes the files in which firewalld remembers it. */
async function untrust(): Promise<void> {
  for (const file of ["trusted.xml", "trusted.xml.old"])
    await rm(`/etc/firewalld/zones/${file}`, { force: true });
  await type("firewall-cmd --reload");
}
