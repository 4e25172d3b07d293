import { writeFile } from "node:fs/promises";
import { expect } from "chai";
import type { ProgramStack } from "../support/programStack";
import type { Snapshot } from "../support/snapshot";
import {
  bus,
  Daemon,
  doctorOn,
  expectIn,
  expectOut,
  expectSame,
  expectUntouched,
  onPrivateHost,
  settled,
  stackFor,
  type,
  wholeState,
  withoutUdev,
} from "./host";
import { lab } from "./lab";

const OURS = "/etc/NetworkManager/conf.d/90-pulumi-netns.conf";

describe("beside NetworkManager", function () {
  this.timeout(120_000);
  onPrivateHost();

  const manager = new Daemon("NetworkManager --no-daemon", "nmcli general status");
  let stack: ProgramStack;
  let before: Snapshot;

  const profiles = async () => (await type("nmcli --terse --fields NAME connection show")).split("\n").sort();

  it("NetworkManager runs, and leaves the uplink alone", async () => {
    await writeFile(
      "/etc/NetworkManager/conf.d/10-eth0.conf",
      "[keyfile]\nunmanaged-devices=interface-name:eth0\n",
    );
    await withoutUdev();
    await bus().start();
    await manager.start();
    stack = await stackFor("network-manager");
    before = await wholeState();
  });

  it("it manages links of the lab, whose packets still arrive", async () => {
    await stack.up(lab());
    await settled();
    expect(await type("nmcli --terse --fields DEVICE,STATE device")).to.match(
      /^(lab0|veth-blue):(?!unmanaged)/m,
    );
    await expectUntouched(stack);
    await expectOut();
    await expectIn();
  });

  it("doctor's file keeps it away from them", async () => {
    const [found] = await doctorOn("NetworkManager");
    const line = /unmanaged-devices=\S+/.exec(found?.fix ?? "")?.[0] ?? "";
    expect(line).to.include("interface-name:lab0").and.include("interface-name:veth-blue");
    await stack.destroy();
    await writeFile(OURS, `[keyfile]\n${line}\n`);
    await manager.restart();
    const known = await profiles();
    await stack.up(lab());
    await settled();
    const devices = await type("nmcli --terse --fields DEVICE,STATE device");
    expect(devices).to.include("lab0:unmanaged").and.include("veth-blue:unmanaged");
    await manager.restart();
    await settled();
    await expectUntouched(stack);
    await expectOut();
    await expectIn();
    await stack.destroy();
    expect(await profiles()).to.deep.equal(known);
  });

  it("destroy restores everything", () => expectSame(before));
});
