import { expect } from "chai";
import type { ProgramStack } from "../support/programStack";
import type { Snapshot } from "../support/snapshot";
import {
  applied,
  doctorOn,
  expectIn,
  expectSame,
  expectUntouched,
  onPrivateHost,
  stackFor,
  traceFrom,
  type,
  webFromBlue,
  wholeState,
} from "./host";
import { lab } from "./lab";

const FILES = ["/etc/ufw", "/etc/default/ufw"];

/** ufw's rules accept pings. */
const OPEN = ["lan", "lan"];
const BLOCKED = ["no answer", "no answer"];

describe("beside ufw", function () {
  this.timeout(120_000);
  onPrivateHost();

  let stack: ProgramStack;
  let before: Snapshot;

  it("ufw is enabled, and SSH allowed", async () => {
    await type("ufw allow 22/tcp");
    await type("ufw --force enable");
    // It hardens parameters that the kernel resets together with forwarding.
    expect(await type("sysctl -n net.ipv4.conf.all.accept_redirects")).to.equal("0");
    stack = await stackFor("ufw");
    before = await wholeState(FILES);
  });

  it("up makes the lab, whose packets ufw drops; doctor and trace say so", async () => {
    await stack.up(lab());
    expect(await webFromBlue()).to.deep.equal(BLOCKED);
    const [ufw] = await doctorOn("ufw");
    expect(ufw?.text).to.include("FORWARD is DROP");
    const { sentence } = await traceFrom("blue", "10.9.0.1:80");
    expect(sentence).to.include("FORWARD");
  });

  it("the commands of doctor let them through, in both families, and survive a reload", async () => {
    const [forward] = await doctorOn("FORWARD");
    await applied(forward);
    expect(await webFromBlue()).to.deep.equal(OPEN);
    await type("ufw reload");
    expect(await webFromBlue()).to.deep.equal(OPEN);
    await expectIn();
    for (const direction of ["in", "out"]) await type(`ufw route delete allow ${direction} on lab0`);
    expect(await webFromBlue()).to.deep.equal(BLOCKED);
  });

  it("a FilterRule with backend iptables does so too, whatever ufw does", async () => {
    const program = lab({ accepts: "iptables" });
    await stack.up(program);
    expect(await webFromBlue()).to.deep.equal(OPEN);
    for (const line of ["ufw reload", "ufw disable", "ufw --force enable"]) {
      await type(line);
      await expectUntouched(stack);
      expect(await webFromBlue()).to.deep.equal(OPEN);
      await expectIn();
    }
  });

  it("destroy restores everything", async () => {
    await stack.destroy();
    await expectSame(before, FILES);
  });
});
