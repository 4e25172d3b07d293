import { mkdir, rm, writeFile } from "node:fs/promises";
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

const FOLDER = "/etc/systemd/network";

describe("beside systemd-networkd", function () {
  this.timeout(120_000);
  onPrivateHost();

  const networkd = new Daemon("/lib/systemd/systemd-networkd", "networkctl list");
  let stack: ProgramStack;
  let before: Snapshot;

  it("networkd runs, and configures every link it finds", async () => {
    await mkdir("/run/systemd/netif/links", { recursive: true });
    await mkdir("/run/systemd/netif/leases", { recursive: true });
    await mkdir("/run/systemd/netif/lldp", { recursive: true });
    await type("chown -R systemd-network /run/systemd/netif");
    await mkdir(FOLDER, { recursive: true });
    await writeFile(`${FOLDER}/05-eth0.network`, "[Match]\nName=eth0 lo\n[Link]\nUnmanaged=yes\n");
    await writeFile(
      `${FOLDER}/90-all.network`,
      "[Match]\nName=*\n[Network]\nDHCP=ipv4\nLinkLocalAddressing=no\n",
    );
    await withoutUdev();
    await bus().start();
    await networkd.start();
    stack = await stackFor("networkd");
    before = await wholeState();
  });

  it("networkd removes a cable from its bridge; refresh reports it, and up restores it", async () => {
    await stack.up(lab());
    await networkd.restart();
    await settled();
    const { operations } = await stack.refresh();
    await stack.up(lab());
    await expectOut();
    await expectIn();
    expect(Object.keys(operations)).to.include("blue");
  });

  it("doctor's files keep networkd away from the lab", async () => {
    const [found] = await doctorOn("networkd");
    expect(found?.fix).to.include("lab0").and.include("veth-blue");
    const names = /Name=([^\]]*?) and \[Link\]/.exec(found?.fix ?? "")?.[1] ?? "";
    await writeFile(`${FOLDER}/10-pulumi-netns.network`, `[Match]\nName=${names}\n[Link]\nUnmanaged=yes\n`);
    await writeFile(
      "/etc/systemd/networkd.conf",
      "[Network]\nManageForeignRoutes=no\nManageForeignRoutingPolicyRules=no\n",
    );
    await networkd.restart();
    await settled();
    await expectUntouched(stack);
    await expectOut();
    await expectIn();
    await rm(`${FOLDER}/10-pulumi-netns.network`);
  });

  it("destroy restores everything", async () => {
    await stack.destroy();
    await expectSame(before);
  });
});
