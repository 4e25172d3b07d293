import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { execa } from "execa";
import type { Args, Definition } from "../../../../provider/engine/definition";
import * as engine from "../../../../provider/engine/lifecycle";
import { natRule } from "../../../../provider/kinds/natRule/natRule";
import { localHost } from "../../../../provider/linux/host/local/localHost";
import { checked } from "../../../support/args";
import { Living, onKernel, typed } from "../../../support/kernel";

const room = "it-room";
const outside = "it-outside";

/** The targets of our rule and of the others'. */
const SERVERS =
  '[["ours",9001],["theirs",9002]].forEach(([n,p])=>require("net").createServer((s)=>s.end(n)).listen(p,()=>console.log(n)))';

const definition: Definition = natRule;
const inside = (line: string) => execa("ip", ["netns", "exec", room, ...line.split(" ")]);

/** The rule that gets the packets: ours, the others', or the one created first, which cannot be known. */
type Winner = "ours" | "theirs" | undefined;

function redirected(who: string, winner: Winner): string {
  const gets =
    winner === undefined
      ? "which of the two gets its packets cannot be told beforehand; `pulumi-netns trace` sends one to see"
      : `as things stand, ${winner === "ours" ? "this rule" : who} gets its packets. A restart of theirs may change that`;
  return `tcp port 8080 of ${room} is redirected by ${who} as well: ${gets}`;
}

const THEIRS = "10.66.0.1:9002";

/** A port that somebody else uses, the user, and the rule that gets its packets beside ours by nftables and by iptables. */
const rows: readonly (readonly [
  what: string,
  make: readonly string[],
  who: string,
  winners: { readonly nftables: Winner; readonly iptables: Winner },
])[] = [
  [
    "a port that Docker has published",
    [
      "iptables -t nat -N DOCKER",
      "iptables -t nat -A PREROUTING -j DOCKER",
      `iptables -t nat -A DOCKER -p tcp -m tcp --dport 8080 -j DNAT --to-destination ${THEIRS}`,
    ],
    "Docker",
    { nftables: "ours", iptables: "theirs" },
  ],
  [
    "a port among those that Podman has published",
    [
      "iptables -t nat -N NETAVARK-DN-1D8721804F16F",
      "iptables -t nat -A NETAVARK-DN-1D8721804F16F -p tcp -m tcp --dport 8080:8090 -j DNAT --to-destination 10.88.0.2",
    ],
    // Nothing jumps to its chain.
    "Podman",
    { nftables: "ours", iptables: "ours" },
  ],
  [
    "a rule of nftables",
    [
      "nft add table ip theirs",
      "nft add chain ip theirs in { type nat hook prerouting priority -100 ; }",
      `nft add rule ip theirs in tcp dport { 80, 8080-8081 } dnat to ${THEIRS}`,
    ],
    "the chain in of the table theirs",
    { nftables: "ours", iptables: "ours" },
  ],
  [
    "a rule of nftables that comes before all others",
    [
      "nft add table ip theirs",
      "nft add chain ip theirs in { type nat hook prerouting priority -101 ; }",
      `nft add rule ip theirs in tcp dport 8080 dnat to ${THEIRS}`,
    ],
    "the chain in of the table theirs",
    { nftables: "theirs", iptables: "theirs" },
  ],
  [
    "a rule of nftables in a table called like that of iptables",
    [
      "nft add table ip nat",
      "nft add chain ip nat in { type nat hook prerouting priority -100 ; }",
      `nft add rule ip nat in tcp dport 8080 dnat to ${THEIRS}`,
    ],
    "the chain in of the table nat",
    { nftables: "ours", iptables: "ours" },
  ],
  [
    "a rule of legacy iptables",
    ["iptables-legacy -t nat -A PREROUTING -p tcp -m multiport --dports 22,8080 -j REDIRECT --to-ports 9002"],
    "the chain PREROUTING of iptables",
    { nftables: undefined, iptables: undefined },
  ],
];

describe("a port in use by something else", () => {
  onKernel();

  const wanted: Args = { namespace: room, kind: "dnat", protocol: "tcp", port: 8080, to: "10.66.0.1:9001" };

  /** The server that answers outside at the port. */
  async function answering(): Promise<string> {
    const client =
      'require("net").connect(8080,"10.66.0.1").on("data",(d)=>{process.stdout.write(d);process.exit()})';
    const words = ["netns", "exec", outside, process.execPath, "-e", client];
    return (await execa("ip", words, { timeout: 30_000 })).stdout;
  }

  /** The warnings when a rule is created, without the one about legacy iptables. */
  async function told(given: Args, meanwhile = async () => {}): Promise<string[]> {
    const warnings: string[] = [];
    const host = { ...localHost, warn: (text: string) => warnings.push(text) };
    const { state } = await engine.create(definition, host, checked(definition, given));
    await meanwhile();
    await engine.remove(definition, host, state);
    return warnings.filter((text) => !text.includes("asked as well, maybe before ours"));
  }

  // Deleted after each test, with everything in it.
  beforeEach(async () => {
    for (const name of [room, outside]) await typed(`netns add ${name}`);
    await typed(`link add up0 type veth peer name eth0 netns ${outside}`, room);
    for (const line of ["link set up0 up", "link set lo up", "address add 10.66.0.1/24 dev up0"])
      await typed(line, room);
    for (const line of ["link set eth0 up", "address add 10.66.0.2/24 dev eth0"]) await typed(line, outside);
  });

  for (const [what, make, who, winners] of rows) {
    for (const backend of ["nftables", "iptables"] as const) {
      it(`causes a warning: ${what}, beside a rule by ${backend}`, async () => {
        for (const line of make) await inside(line);
        const winner = winners[backend];
        const warning = redirected(who, winner);
        const servers = inside(`${process.execPath} -e ${SERVERS}`);
        servers.catch(() => {});
        try {
          await new Promise((ready) => servers.stdout.once("data", ready));
          const hasItsWord = async () => {
            if (winner !== undefined) expect(await answering()).to.equal(winner);
          };
          expect(await told({ ...wanted, backend }, hasItsWord)).to.deep.equal([warning]);
        } finally {
          servers.kill();
          await servers.catch(() => {});
        }
        expect(await told({ ...wanted, backend, port: "8079-8080" })).to.deep.equal([warning]);
        for (const other of [{ port: 8100 }, { protocol: "udp" }, { family: "ipv6", to: "[fd00::2]:80" }])
          expect(await told({ ...wanted, backend, ...other })).to.deep.equal([]);
      });
    }
  }

  for (const [priority, winner] of [
    [-5, "ours"],
    [5, "theirs"],
  ] as const) {
    it(`causes a warning beside legacy iptables as well, with priority ${priority}`, async () => {
      const legacy = "iptables-legacy -t nat -A PREROUTING -p tcp --dport 8080 -j REDIRECT --to-ports 9002";
      await inside(legacy);
      const servers = inside(`${process.execPath} -e ${SERVERS}`);
      servers.catch(() => {});
      try {
        await new Promise((ready) => servers.stdout.once("data", ready));
        const hasItsWord = async () => {
          expect(await answering()).to.equal(winner);
        };
        const warning = redirected("the chain PREROUTING of iptables", winner);
        expect(await told({ ...wanted, priority }, hasItsWord)).to.deep.equal([warning]);
      } finally {
        servers.kill();
        await servers.catch(() => {});
      }
    });
  }

  it("causes another warning when the rule is changed to it", async () => {
    for (const line of rows[0]?.[1] ?? []) await inside(line);
    const warnings: string[] = [];
    const host = { ...localHost, warn: (text: string) => warnings.push(text) };
    const before = checked(definition, { ...wanted, port: 8100 });
    const { state } = await engine.create(definition, host, before);
    const after = await engine.update(definition, host, state, checked(definition, wanted));
    await engine.remove(definition, host, after.state);
    expect(warnings).to.deep.equal([redirected("Docker", "ours")]);
  });

  it("may have a listener, which packets from outside no longer reach", async () => {
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

  it("causes no warning between rules of one stack, but between two stacks", async () => {
    const first = await Living.create(natRule, { ...wanted, source: "10.7.0.0/24" }, "first");
    expect(await told(wanted)).to.deep.equal([]);
    await first.remove();
  });
});
