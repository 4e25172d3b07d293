import { expect } from "chai";
import { execa } from "execa";
import type { Composite } from "../../provider/composites/composite";
import { topology } from "../../provider/composites/topology";
import type { Args, Definition } from "../../provider/engine/definition";
import { linkName, namespaceName } from "../../provider/fields/common";
import { matchedInterface } from "../../provider/fields/nat";
import { address } from "../../provider/kinds/address";
import { bridge } from "../../provider/kinds/bridge";
import { filterRule } from "../../provider/kinds/filterRule/filterRule";
import { namespace } from "../../provider/kinds/namespace";
import { natRule } from "../../provider/kinds/natRule/natRule";
import { neighbor } from "../../provider/kinds/neighbor";
import { policyRule } from "../../provider/kinds/policyRule";
import { route } from "../../provider/kinds/route";
import { sysctl } from "../../provider/kinds/sysctl";
import { vethPair } from "../../provider/kinds/vethPair";
import { command, ip } from "../../provider/linux/command";
import { localHost } from "../../provider/linux/host/local/localHost";
import { failure, Living, link, linkNames, namespaceNames, onKernel, typed } from "../support/kernel";
import { LivingComposite } from "../support/livingComposite";

const anyTopology: Composite = topology;

/** Names that tools might take for words of theirs: those of ip(8) and its batches, and numbers. */
const WORDS = [
  ...[
    "dev",
    "type",
    "up",
    "name",
    "netns",
    "group",
    "master",
    "nomaster",
    "alias",
    "mtu",
    "peer",
    "help",
    "any",
  ],
  ...["none", "via", "proto", "scope", "onlink", "nexthop", "altname", "lo0", "eth0.100", "1e3"],
];

/** Signs, letters beyond ASCII, and the longest names. */
const SIGNS = [
  ...["$(id)", "a;b", "a|b", "?", "[ab]", "{a,b}", "!", "!a", "@a", "a@b", "+", "a+", "*", "a*", "...", ".a"],
  ...["日本", "😀"],
];

const LINKS = [...SIGNS, "a#b", "123", "0x10", "ß".repeat(7), "n".repeat(15)];
const NAMESPACES = [
  ...SIGNS,
  "all",
  "default",
  "if3",
  "à",
  "a=b",
  "a:b",
  "a%d",
  "n".repeat(255),
  "ä".repeat(127),
];

/** Creates each, reads it back, and changes it if possible. */
async function alive(definition: Definition, given: Args, change?: Args): Promise<Living> {
  const living = await Living.create(definition, given);
  expect(await living.refresh()).to.deep.equal([]);
  if (change) {
    expect(await living.become({ ...given, ...change })).to.equal("update");
    expect(await living.refresh()).to.deep.equal([]);
  }
  return living;
}

/** Removes them in reverse order and checks that none is left. */
async function end(...all: readonly Living[]): Promise<void> {
  for (const living of [...all].reverse()) {
    await living.remove();
    expect(await living.refresh()).to.deep.equal(["gone"]);
  }
}

//   it-far      host                          NAME
//   it-end ──── NAME, a veth end, or
//   it-end ──── it-port in NAME, a bridge     NAME, a bridge

describe("names, with the kernel and the tools", () => {
  onKernel({ namespaces: ["it-far"] });

  for (const name of WORDS) {
    it(`a link and a namespace called ${JSON.stringify(name)}`, async () => {
      const room = await alive(namespace, { name });
      const inside = await alive(bridge, { name, namespace: name });
      const parts = await withinLink(name, name);
      expect(await namespaceNames()).to.include(name);
      expect(await linkNames(name)).to.include(name);
      await end(room, inside, ...parts);
      expect(await namespaceNames()).to.not.include(name);
    });
  }

  for (const name of LINKS) {
    it(`a link called ${JSON.stringify(name)}`, async () => {
      const device = await alive(bridge, { name, mtu: 1400 }, { stp: true, mtu: 1300 });
      expect((await link(name))?.mtu).to.equal(1300);
      // The first address goes before the second, which the kernel would delete with the subnet.
      const [first, ...others] = await withinLink(name);
      const second = await alive(address, { interface: name, address: "10.9.9.2/24" });
      for (const rule of rulesFor(name)) await end(await alive(natRule, rule, { inInterface: `!${name}` }));
      if (matchedInterface.safeParse(name).success) {
        for (const backend of ["nftables", "iptables"])
          await end(
            await alive(filterRule, { chain: "forward", inInterface: name, verdict: "drop", backend }),
          );
      }
      await end(second, ...(first ? [first] : []), ...others);
      await end(device);

      await end(await alive(vethPair, { end: { name }, peer: { name: "it-end", namespace: "it-far" } }));
      await end(await alive(vethPair, { end: { name: "it-end" }, peer: { name, namespace: "it-far" } }));
      expect(await linkNames()).to.not.include(name);
    });
  }

  for (const name of NAMESPACES) {
    it(`a namespace called ${JSON.stringify(name)}`, async () => {
      const sysctls = { "net.ipv4.ip_forward": "1" };
      const room = await alive(namespace, { name, sysctls }, { loopback: false });
      expect(await namespaceNames()).to.include(name);

      const parts = [
        await alive(vethPair, { end: { name: "it-end" }, peer: { name: "it-port", namespace: name } }),
        await alive(natRule, { namespace: name, kind: "masquerade" }),
      ];
      const parameter = { namespace: name, key: "net.ipv4.conf.all.rp_filter", value: "2" };
      await (await alive(sysctl, parameter)).remove();
      await end(room, ...parts);
      expect(await namespaceNames()).to.not.include(name);
    });
  }
});

//   host: bridges with every name ──── every link in every namespace

describe("all names at once, in a Topology", function () {
  this.timeout(120_000);
  onKernel();

  const links = [...LINKS, ...WORDS];
  const linkAt = (at: number) => links[at % links.length] ?? "";
  const byName = <T>(names: readonly string[], value: (name: string, at: number) => T) =>
    Object.fromEntries(names.map((name, at) => [name, value(name, at)]));
  const cable = (at: number) => ({
    peer: { name: `it-p${at}`, bridge: linkAt(at + 1) },
    addresses: [`10.9.${at}.1/24`],
  });
  const given = (mtu: number) => ({
    bridges: byName(links, (_, at) => ({ mtu, addresses: [`10.8.${at}.1/24`] })),
    nodes: byName([...NAMESPACES, ...WORDS], (_, at) => ({
      sysctls: { "net.ipv4.ip_forward": 1 },
      interfaces: { [linkAt(at)]: { mtu, ...cable(at) } },
      routes: [{ destination: "10.77.0.0/16", via: `10.9.${at}.7`, interface: linkAt(at) }],
    })),
    routes: links.map((name, at) => ({
      ...{ destination: `10.66.${at}.0/24`, via: `10.8.${at}.7`, interface: name },
    })),
    nat: byName(LINKS, (_, at) => rulesFor(linkAt(at))[at % 2] ?? { kind: "masquerade" }),
  });

  it("is created as asked, changed, and removed", async () => {
    const network = await LivingComposite.create(anyTopology, given(1500));
    expect(await network.refresh()).to.deep.equal([]);
    expect(await network.become(given(1400))).to.equal("update");
    expect(await network.refresh()).to.deep.equal([]);
    expect(await namespaceNames()).to.include.members([...NAMESPACES, ...WORDS]);
    for (const name of links) expect((await link(name))?.mtu, name).to.equal(1400);
    await network.remove();
    expect(await linkNames()).to.deep.equal(["lo"]);
  });
});

/** An address on a link, a route by it, and a port if it is a bridge. */
const withinLink = async (name: string, namespace?: string): Promise<Living[]> => {
  const place = namespace === undefined ? {} : { namespace };
  return [
    await alive(address, { ...place, interface: name, address: "10.9.9.1/24" }),
    await alive(route, { ...place, destination: "10.77.0.0/16", via: "10.9.9.7", interface: name }),
    await alive(policyRule, { ...place, priority: 77, iif: name, oif: name, table: 7 }),
    await alive(neighbor, {
      ...{ ...place, interface: name, address: "10.9.9.8" },
      lladdr: "02:00:00:00:00:08",
    }),
    await alive(vethPair, {
      end: { ...place, name: "it-port", bridge: name },
      peer: { name: "it-end", namespace: "it-far" },
    }),
  ];
};

/** A rule of each backend about a link, or none if its name cannot be matched. */
const rulesFor = (name: string): Args[] =>
  matchedInterface.safeParse(name).success
    ? ["nftables", "iptables"].map((backend) => ({
        ...{ kind: "redirect", inInterface: name, protocol: "tcp", port: 80, to: 8080, backend },
      }))
    : [];

describe("names that are refused because tools would misread them", () => {
  onKernel({ namespaces: ["it-far"] });

  const refused = (field: typeof linkName, name: string) =>
    expect(field.safeParse(name).success, name).to.equal(false);

  it("`if1`: `ip` takes the link with that index", async () => {
    refused(linkName, "if1");
    expect(await typed("-j address show dev if1")).to.include('"ifname":"lo"');
    await typed("link add name it-a type bridge");
    const index = (await link("it-a"))?.ifindex;
    await typed(`link del dev if${index}x`);
    expect(await linkNames()).to.not.include("it-a");
  });

  for (const [title, write] of [
    ["123", String],
    ["+123", (pid: number) => `+${pid}`],
    ["0x7b", (pid: number) => `0x${pid.toString(16)}`],
    ["0173", (pid: number) => `0${pid.toString(8)}`],
  ] as const) {
    it(`a namespace \`${title}\`: \`ip\` takes the one of the process`, async () => {
      refused(namespaceName, title);
      const inside = execa("ip", ["netns", "exec", "it-far", "sleep", "60"], { reject: false });
      try {
        const pid = await entered("it-far");
        await typed(`link add name it-a type veth peer name it-b netns ${write(pid)}`);
        expect(await linkNames("it-far")).to.include("it-b");
      } finally {
        inside.kill();
        await inside;
      }
    });
  }

  it("`à`: the kernel takes a byte of it for white space", async () => {
    refused(linkName, "it-à");
    expect(await failure(typed("link add name it-à type bridge"))).to.include("Invalid argument");
    await typed("link add name it-ä type bridge");
    expect(await linkNames()).to.include("it-ä");
  });

  it("`a=b`: sysctl takes what comes after the sign for a value", async () => {
    refused(linkName, "it-a=b");
    await typed("link add name it-a=b type bridge");
    const read = localHost.run(command("sysctl", undefined, ["-n", "net/ipv4/conf/it-a=b/forwarding"]));
    expect(await failure(read)).to.include("cannot stat /proc/sys/net/ipv4/conf/it-a:");
  });

  it("a namespace `a#b`: the batch ends at the sign", async () => {
    refused(namespaceName, "it-a#b");
    await localHost.run(command("ip", undefined, ["-batch", "-"], "netns add it-a#b\n"));
    expect(await namespaceNames()).to.include("it-a");
  });
});

/** The process that runs in a namespace, once it has started. */
async function entered(name: string): Promise<number> {
  for (;;) {
    const pids = await localHost.run(ip(undefined, "netns", "pids", name));
    if (pids.trim() !== "") return Number(pids.trim());
  }
}
