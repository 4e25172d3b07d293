import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { execa } from "execa";
import type { Args, Definition } from "../../../../provider/engine/definition";
import * as engine from "../../../../provider/engine/lifecycle";
import { natRule } from "../../../../provider/kinds/natRule/natRule";
import { localHost } from "../../../../provider/linux/host/local/localHost";
import { checked } from "../../../support/args";
import { Living, onKernel } from "../../../support/kernel";

const room = "it-room";
const definition: Definition = natRule;
const inside = (line: string) => execa("ip", ["netns", "exec", room, ...line.split(" ")]);

const redirected = (who: string) =>
  `tcp port 8080 of ${room} is redirected by ${who} as well: one of the two gets its packets, and \`pulumi-netns trace\` tells which. A restart of theirs may change that`;

/** A port that somebody else has, and what is said of it. */
const rows: readonly (readonly [what: string, make: readonly string[], told: string])[] = [
  [
    "a port that Docker has published",
    [
      "iptables -t nat -N DOCKER",
      "iptables -t nat -A PREROUTING -j DOCKER",
      "iptables -t nat -A DOCKER -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80",
    ],
    redirected("Docker"),
  ],
  [
    "a port among those that Podman has published",
    [
      "iptables -t nat -N NETAVARK-DN-1D8721804F16F",
      "iptables -t nat -A NETAVARK-DN-1D8721804F16F -p tcp -m tcp --dport 8080:8090 -j DNAT --to-destination 10.88.0.2",
    ],
    redirected("Podman"),
  ],
  [
    "a rule of nftables",
    [
      "nft add table ip theirs",
      "nft add chain ip theirs in { type nat hook prerouting priority -100 ; }",
      "nft add rule ip theirs in tcp dport { 80, 8080-8081 } dnat to 172.17.0.2",
    ],
    redirected("the chain in of the table theirs"),
  ],
  [
    "a rule of nftables in a table called like that of iptables",
    [
      "nft add table ip nat",
      "nft add chain ip nat in { type nat hook prerouting priority -100 ; }",
      "nft add rule ip nat in tcp dport 8080 dnat to 172.17.0.2",
    ],
    redirected("the chain in of the table nat"),
  ],
  [
    "a rule of legacy iptables",
    ["iptables-legacy -t nat -A PREROUTING -p tcp -m multiport --dports 22,8080 -j REDIRECT --to-ports 9000"],
    redirected("the chain PREROUTING of iptables"),
  ],
];

describe("a port that something else has", function () {
  this.timeout(20_000);
  onKernel();

  const wanted: Args = { namespace: room, kind: "dnat", protocol: "tcp", port: 8080, to: "10.9.0.2:80" };

  /** The warnings when a rule is created, without the one about legacy iptables. */
  async function told(given: Args): Promise<string[]> {
    const warnings: string[] = [];
    const host = { ...localHost, warn: (text: string) => warnings.push(text) };
    const { state } = await engine.create(definition, host, checked(definition, given));
    await engine.remove(definition, host, state);
    return warnings.filter((text) => !text.includes("asked as well, maybe before ours"));
  }

  // Gone after each test, with all that is in it.
  beforeEach(() => execa("ip", ["netns", "add", room]));

  for (const [what, make, warning] of rows) {
    for (const backend of ["nftables", "iptables"]) {
      it(`is told: ${what}, beside a rule by ${backend}`, async () => {
        for (const line of make) await inside(line);
        expect(await told({ ...wanted, backend })).to.deep.equal([warning]);
        expect(await told({ ...wanted, backend, port: "8079-8080" })).to.deep.equal([warning]);
        for (const other of [{ port: 8100 }, { protocol: "udp" }, { family: "ipv6", to: "[fd00::2]:80" }])
          expect(await told({ ...wanted, backend, ...other })).to.deep.equal([]);
      });
    }
  }

  it("is told once more when the rule is changed to it", async () => {
    for (const line of rows[0]?.[1] ?? []) await inside(line);
    const warnings: string[] = [];
    const host = { ...localHost, warn: (text: string) => warnings.push(text) };
    const before = checked(definition, { ...wanted, port: 8100 });
    const { state } = await engine.create(definition, host, before);
    const after = await engine.update(definition, host, state, checked(definition, wanted));
    await engine.remove(definition, host, after.state);
    expect(warnings).to.deep.equal([rows[0]?.[2]]);
  });

  it("is a listener, as packets from outside do not get to it any more", async () => {
    const script = 'require("net").createServer().listen(8080, "0.0.0.0")';
    const listener = inside(`${process.execPath} -e ${script.replaceAll(" ", "")}`);
    listener.catch(() => {});
    try {
      for (let looks = 0; !(await inside("ss -H -l -n -t")).stdout.includes(":8080"); looks++) {
        if (looks > 100) throw new Error("it does not listen");
        await sleep(50);
      }
      const target = "packets from outside go to the target of this rule and not there";
      expect(await told(wanted)).to.deep.equal([`tcp port 8080 of ${room} has a listener, node: ${target}`]);
      expect(await told({ ...wanted, destination: "10.9.9.9" })).to.deep.equal([]);
      expect(await told({ ...wanted, family: "ipv6", to: "[fd00::2]:80" })).to.deep.equal([]);
    } finally {
      listener.kill();
    }
  });

  it("is no matter between rules of one stack, but of two", async () => {
    const first = await Living.create(natRule, { ...wanted, source: "10.7.0.0/24" }, "first");
    expect(await told(wanted)).to.deep.equal([]);
    await first.remove();
  });
});
