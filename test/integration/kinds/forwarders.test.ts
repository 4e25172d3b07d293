import { expect } from "chai";
import { execa } from "execa";
import type { Definition } from "../../../provider/engine/definition";
import * as engine from "../../../provider/engine/lifecycle";
import { natRule } from "../../../provider/kinds/natRule/natRule";
import { sysctl } from "../../../provider/kinds/sysctl";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { markOf } from "../../../provider/linux/marks/mark";
import { checked } from "../../support/args";
import { Living, onKernel, recorded } from "../../support/kernel";

const room = "it-room";

/** Each row: the setup of another program, and its name in the warning when the Sysctl is deleted. */
const rows: readonly (readonly [what: string, key: string, make: readonly string[], told: string])[] = [
  ["Docker's chains", "net.ipv4.ip_forward", ["iptables -N DOCKER"], "Docker"],
  [
    "Podman, and its masquerade",
    "net.ipv4.conf.all.forwarding",
    [
      "iptables -t nat -N NETAVARK-1D8721804F16F",
      "iptables -t nat -A POSTROUTING -s 10.88.0.0/16 -j MASQUERADE",
    ],
    "Podman, a masquerade in the table nat",
  ],
  ["libvirt", "net.ipv4.ip_forward", ["iptables -N LIBVIRT_FWI"], "libvirt"],
  [
    "a masquerade by nftables",
    "net.ipv4.ip_forward",
    [
      "nft add table ip theirs",
      "nft add chain ip theirs out { type nat hook postrouting priority 100 ; }",
      "nft add rule ip theirs out masquerade",
    ],
    "a masquerade in the table theirs",
  ],
  [
    "a masquerade by nftables in a table called like that of iptables",
    "net.ipv4.ip_forward",
    [
      "nft add table ip nat",
      "nft add chain ip nat out { type nat hook postrouting priority 100 ; }",
      "nft add rule ip nat out oifname eth0 masquerade",
    ],
    "a masquerade in the table nat",
  ],
  [
    "a masquerade by legacy iptables",
    "net.ipv4.ip_forward",
    ["iptables-legacy -t nat -A POSTROUTING -s 10.88.0.0/16 -j MASQUERADE"],
    "a masquerade in the table nat",
  ],
  [
    "a bridge with an address",
    "net.ipv4.ip_forward",
    ["ip link add virbr0 type bridge", "ip address add 192.168.122.1/24 dev virbr0"],
    "the bridge virbr0 with 192.168.122.1/24",
  ],
  [
    "a bridge with an IPv6 address",
    "net.ipv6.conf.all.forwarding",
    ["ip link add virbr0 type bridge", "ip address add fd00:7::1/64 dev virbr0 nodad"],
    "the bridge virbr0 with fd00:7::1/64",
  ],
];

describe("forwarding that others rely on", () => {
  onKernel();

  const definition: Definition = sysctl;
  const inside = (line: string) => execa("ip", ["netns", "exec", room, ...line.split(" ")]);
  const now = async (key: string) => (await inside(`sysctl -n ${key}`)).stdout;

  /** Creates a Sysctl, adds the other program, and deletes the Sysctl. Returns the warnings and the parameter's value. */
  async function outlived(key: string, others: () => Promise<unknown>) {
    const warnings: string[] = [];
    const host = { ...localHost, warn: (text: string) => warnings.push(text) };
    const { state } = await engine.create(
      definition,
      host,
      checked(definition, { namespace: room, key, value: 1 }),
    );
    await others();
    await engine.remove(definition, host, state);
    expect(await recorded()).to.deep.equal([]);
    return { warnings, value: await now(key) };
  }

  // Deleted after each test, with everything in it.
  beforeEach(() => execa("ip", ["netns", "add", room]));

  for (const [what, key, make, told] of rows) {
    it(`stays on for ${what}`, async () => {
      const { warnings, value } = await outlived(key, async () => {
        for (const line of make) await inside(line);
      });
      expect(value).to.equal("1");
      expect(warnings).to.deep.equal([
        `${room}/${key.replace("conf.all.forwarding", key.includes("ipv4") ? "ip_forward" : "conf.all.forwarding")} is left unchanged, because others rely on it: ${told}`,
      ]);
    });
  }

  it("goes off if nobody else needs it", async () => {
    const { warnings, value } = await outlived("net.ipv4.ip_forward", async () => {
      await inside("ip link add plain0 type bridge");
      await inside("nft add table ip theirs");
    });
    expect([value, warnings]).to.deep.equal(["0", []]);
  });

  it("goes off for a bridge without an address of its family", async () => {
    const { value } = await outlived("net.ipv4.ip_forward", async () => {
      await inside("ip link add six0 type bridge");
      await inside("ip address add fd00:7::1/64 dev six0 nodad");
    });
    expect(value).to.equal("0");
  });

  it("goes off for IPv6 if a program only has chains of IPv4", async () => {
    const { warnings, value } = await outlived("net.ipv6.conf.all.forwarding", async () => {
      await inside("iptables -N DOCKER");
      // libvirt creates them for both families.
      await inside("ip6tables -N LIBVIRT_FWI");
    });
    expect([value, warnings]).to.deep.equal(["0", []]);
  });

  for (const backend of ["nftables", "iptables"]) {
    it(`goes off beside the stack's own masquerade by ${backend}`, async () => {
      let rule: Living | undefined;
      const { warnings, value } = await outlived("net.ipv4.ip_forward", async () => {
        rule = await Living.create(natRule, {
          namespace: room,
          kind: "masquerade",
          source: "10.9.0.0/24",
          backend,
        });
      });
      expect([value, warnings]).to.deep.equal(["0", []]);
      await rule?.remove();
    });
  }

  it("goes off beside another stack's masquerade, which needs a Sysctl of its own", async () => {
    const mark = markOf("NatRule", "urn:pulumi:prod::other::pulumi-nodejs:dynamic:Resource::out");
    const { warnings, value } = await outlived("net.ipv4.ip_forward", async () => {
      await inside("nft add table ip theirs");
      await inside("nft add chain ip theirs out { type nat hook postrouting priority 100 ; }");
      await inside(`nft add rule ip theirs out masquerade comment "${mark}"`);
    });
    expect([value, warnings]).to.deep.equal(["0", []]);
  });
});
