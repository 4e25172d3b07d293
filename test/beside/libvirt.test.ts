import { expect } from "chai";
import { execa } from "execa";
import { errorOf } from "../support/kernel";
import { pings } from "../support/packets";
import type { ProgramStack } from "../support/programStack";
import { until } from "../support/programs";
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
  stackFor,
  traceFrom,
  type,
  wholeState,
  works,
} from "./host";
import { lab } from "./lab";

describe("beside libvirt", function () {
  this.timeout(120_000);
  onPrivateHost();

  const libvirtd = new Daemon("libvirtd", "virsh list");
  let stack: ProgramStack;
  let before: Snapshot;

  it("libvirt runs, with its default network and a guest on it", async () => {
    await bus().start();
    await libvirtd.start();
    if (!(await works("virsh net-info default")))
      await type("virsh net-define /usr/share/libvirt/networks/default.xml");
    await type("virsh net-start default");
    // A namespace takes the place of a virtual machine.
    await type("ip netns add vm");
    await type("ip link add vnet7 master virbr0 type veth peer name eth0 netns vm");
    await type("ip link set vnet7 up");
    await type("ip -n vm address add 192.168.122.50/24 dev eth0");
    await type("ip -n vm link set eth0 up");
    await type("ip -n vm route add default via 192.168.122.1");
    await joined();
    stack = await stackFor("libvirt");
    before = await wholeState();
  });

  it("doctor names libvirt", async () => {
    const [libvirt] = await doctorOn("libvirt");
    expect(libvirt?.text).to.include("rejects new connections");
  });

  it("up makes the lab; libvirt keeps its guests unreachable, and trace says so", async () => {
    await stack.up(lab());
    await expectOut();
    await expectIn();
    expect(await works("ip netns exec blue ping -c 1 -W 1 192.168.122.50")).to.equal(false);
    const { sentence, fault } = await traceFrom("blue", "192.168.122.50");
    expect(sentence).to.include("LIBVIRT_FWI");
    expect(fault?.code).to.include("new FilterRule");
  });

  it("a FilterRule that trace proposes opens the way to them, even after the network has restarted", async () => {
    await stack.up(lab({ accepts: "iptables" }));
    await pings("blue", "192.168.122.50")();
    await type("virsh net-destroy default");
    await type("virsh net-start default");
    await type("ip link set vnet7 master virbr0");
    await joined();
    await expectUntouched(stack);
    await pings("blue", "192.168.122.50")();
    await expectOut();
    await libvirtd.restart();
    await expectUntouched(stack);
    await expectIn();
  });

  it("a guest's port on the lab's bridge keeps the bridge from deletion", async () => {
    await type("ip tuntap add vnet0 mode tap");
    await type("ip link set vnet0 up master lab0");
    const refused = await errorOf(stack.destroy());
    expect(refused.message).to.include("vnet0");
    expect(await type("ip -o link show vnet0")).to.include("master lab0");
    await type("ip link del vnet0");
    await stack.refresh();
    await stack.up(lab({ accepts: "iptables" }));
    await expectOut();
  });

  it("destroy restores everything, including forwarding", async () => {
    await stack.destroy();
    await expectSame(before);
    await pings("vm", "10.9.0.1")();
    expect((await execa("sysctl", ["-n", "net.ipv4.ip_forward"])).stdout).to.equal("1");
  });
});

/** By spanning tree, a port of its bridge learns for some seconds before it forwards. */
const joined = () =>
  until("the guest is on the network", () => works("ip netns exec vm ping -c 1 -W 1 10.9.0.1"));
