import { expect } from "chai";
import { execa } from "execa";
import { destinationIn } from "../../../cli/trace/target";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { onKernel, typed } from "../../support/kernel";
import { ovsVsctl, withOvs } from "../../support/ovs";
import { trace } from "../../support/trace";

/*
 *   red   192.168.15.1/24 ──── red-br ───┐
 *                                        v-net-0 (Open vSwitch)
 *   blue  192.168.15.2/24 ──── blue-br ──┘
 */
const ROOMS = { red: "192.168.15.1/24", blue: "192.168.15.2/24" } as const;

describe("trace over a bridge of Open vSwitch", () => {
  onKernel();
  withOvs();

  beforeEach(async () => {
    await ovsVsctl("add-br", "v-net-0", "--", "set", "Bridge", "v-net-0", "datapath_type=netdev");
    for (const [name, address] of Object.entries(ROOMS)) {
      await typed(`netns add ${name}`);
      await typed(`link add ${name}-br type veth peer name eth0 netns ${name}`);
      await typed(`link set dev ${name}-br up`);
      await typed("link set dev eth0 up", name);
      await typed(`address add ${address} dev eth0`, name);
      await ovsVsctl("add-port", "v-net-0", `${name}-br`);
    }
  });

  afterEach(async () => {
    await ovsVsctl("del-br", "v-net-0");
    for (const name of Object.keys(ROOMS)) {
      // If only the namespace is deleted, the kernel deletes the cable later.
      await typed(`link del dev ${name}-br`);
      await typed(`netns del ${name}`);
    }
  });

  const ask = async (withProbe = true) => {
    const { sentence, steps, doubts } = await trace(localHost, {
      ...{ from: "red", ...destinationIn("blue"), withProbe, patience: 500 },
    });
    return { sentence, doubts, wrong: steps.filter(({ isOk }) => !isOk).length, steps };
  };

  const healthy = "packets get from red to 192.168.15.2 and back";

  it("goes on to a namespace behind it", async () => {
    const { sentence, doubts, wrong, steps } = await ask();
    expect({ sentence, doubts, wrong }).to.deep.equal({ sentence: healthy, doubts: [], wrong: 0 });
    expect(steps.map(({ text }) => text)).to.include("reaches eth0 in blue over v-net-0 on the host by eth0");
  });

  it("says what is wrong there", async () => {
    await execa("ip", ["netns", "exec", "blue", "sysctl", "-q", "-w", "net.ipv4.icmp_echo_ignore_all=1"]);
    expect((await ask()).sentence).to.equal(
      "packets die at blue: it does not answer pings, because net.ipv4.icmp_echo_ignore_all is 1; add a Sysctl to set it to 0",
    );
  });

  it("looks behind it for who has the address in vain", async () => {
    await typed("address flush dev eth0", "blue");
    const { sentence } = await trace(localHost, {
      ...{ from: "red", ...destinationIn("192.168.15.2"), withProbe: true, patience: 500 },
    });
    expect(sentence).to.equal(
      "packets die at red: 192.168.15.2 does not answer, and is outside of the visible network; look there, starting with its route back",
    );
  });

  describe("knows its VLANs", () => {
    const set = (name: string, ...columns: string[]) => ovsVsctl("set", "Port", `${name}-br`, ...columns);

    it("where both ports are in one", async () => {
      for (const name of Object.keys(ROOMS)) await set(name, "tag=10");
      expect((await ask()).sentence).to.equal(healthy);
    });

    it("where a trunk passes frames without a tag on to it", async () => {
      await set("red", "tag=10");
      await set("blue", "tag=10", "vlan_mode=native-untagged");
      expect((await ask()).sentence).to.equal(healthy);
    });

    const apart: readonly (readonly [red: readonly string[], blue: readonly string[], reason: string])[] = [
      [["tag=10"], ["tag=20"], "red-br is in VLAN 10, but blue-br is in VLAN 20"],
      [["tag=10"], [], "red-br is in VLAN 10, but blue-br is in no VLAN"],
      [["trunks=10,20"], [], "red-br passes only tagged frames, but blue-br is in no VLAN"],
      [
        ["tag=10"],
        ["tag=10", "vlan_mode=native-tagged"],
        "red-br is in VLAN 10, but blue-br passes only tagged frames",
      ],
    ];
    for (const [red, blue, reason] of apart) {
      it(`where ${reason}`, async () => {
        for (const [name, columns] of Object.entries({ red, blue }))
          if (columns.length > 0) await set(name, ...columns);
        expect((await ask()).sentence).to.equal(
          `packets die at the host: on v-net-0, ${reason}; give both ports the same \`tag\``,
        );
        for (const name of Object.keys(ROOMS)) {
          await ovsVsctl("clear", "Port", `${name}-br`, "trunks", "vlan_mode");
          await set(name, "tag=10");
        }
        expect((await ask()).sentence).to.equal(healthy);
      });
    }
  });

  it("does not judge its flows, and names them where nothing else is wrong", async () => {
    await execa("ovs-ofctl", ["add-flow", "v-net-0", "priority=7,ip,actions=drop"]);
    const flows = "the host: flows of v-net-0 (`ovs-ofctl dump-flows v-net-0`)";
    const { sentence, doubts } = await ask();
    expect(doubts).to.deep.equal([flows]);
    expect(sentence).to.equal(
      `packets die at blue: ping 192.168.15.2: no answer, although no finding stops them; check the rules that trace cannot judge, such as ${flows}`,
    );
  });
});
