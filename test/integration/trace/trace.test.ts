import { existsSync } from "node:fs";
import { readlink } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { execa } from "execa";
import { z } from "zod";
import { placeIn } from "../../../cli/place";
import { destinationIn } from "../../../cli/trace/target";
import type { Args, Definition } from "../../../provider/engine/definition";
import { address as addressKind } from "../../../provider/kinds/address";
import { bridge } from "../../../provider/kinds/bridge";
import { neighbor } from "../../../provider/kinds/neighbor";
import { policyRule } from "../../../provider/kinds/policyRule";
import { route } from "../../../provider/kinds/route";
import { sysctl } from "../../../provider/kinds/sysctl";
import { vethPair } from "../../../provider/kinds/vethPair";
import { ip } from "../../../provider/linux/command";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { PROTOCOL } from "../../../provider/linux/marks/protocol";
import { CAUSES, type Fault } from "../../../provider/trace/fault";
import type { Known } from "../../../provider/trace/owners";
import type { Trace } from "../../../provider/trace/trace";
import { urnOf } from "../../support/args";
import { Living, namespaceNames, onKernel, typed } from "../../support/kernel";
import { differences, snapshot } from "../../support/snapshot";
import { trace } from "../../support/trace";
import { DIVIDED, ethernetLabs, healthyEthernets } from "./ethernetLabs";
import { applied } from "./fixing";
import { type Action, DOCKER, healthy, type Lab, labs, PRINTED, ROUTED, ROUTED6, SWITCHED } from "./labs";
import { routedHealthy, routedLabs } from "./routedLabs";

const PLACES = ["red", "blue", "h1", "lan"];

/** Milliseconds. No machine here is far away. */
const PATIENCE = 500;

/** The kernel asks a silent neighbour once a second, and starts again after three. */
const PATIENCE_AFTER = 3000;

describe("trace", () => {
  // A lab with several faults is traced again after each repair.

  /** The causes found in the labs. */
  const causes = new Set<string>();

  onKernel();

  beforeEach(async () => {
    for (const name of PLACES) await typed(`netns add ${name}`);
  });

  afterEach(async () => {
    for (const name of await namespaceNames()) await typed(`netns del ${name}`);
  });

  describe("says in its first sentence what is broken", () => {
    for (const lab of [...labs, ...ethernetLabs, ...routedLabs]) {
      it(lab.name, async function () {
        if (lab.needs !== undefined && !existsSync(lab.needs)) this.skip();
        const found = await traced(lab);
        const { sentence, isReached, fault } = found;
        if (typeof lab.sentence === "string") expect(sentence).to.equal(lab.sentence);
        else expect(sentence).to.match(lab.sentence);
        expect({ isReached, hasFault: fault !== undefined }).to.deep.equal({
          isReached: false,
          hasFault: true,
        });
        for (const cause of await repaired(lab, found)) causes.add(cause);
      });
    }

    it("in a lab for each cause there is, and what is to be done about it helps there", () => {
      expect([...causes].sort()).to.deep.equal([...CAUSES].sort());
    });
  });

  describe("proposes a FilterRule that lets packets through", () => {
    const drop = "h1: iptables -P FORWARD DROP";
    const toWeb = ["red", "blue:80"] as const;
    const server = ["blue", "0.0.0.0", 80] as const;
    const cases: readonly (Omit<Lab, "sentence"> & { readonly code: readonly string[] })[] = [
      {
        name: "before Docker's own rules",
        ...{ base: ROUTED, broken: DOCKER, trace: toWeb, server },
        code: [
          'new FilterRule("…", { namespace: "h1", chain: "forward", backend: "iptables", dockerUser: true, source: "10.1.0.2", destination: "10.2.0.2", protocol: "tcp", port: 80, verdict: "accept" });',
          'new FilterRule("…", { namespace: "h1", chain: "forward", backend: "iptables", dockerUser: true, source: "10.2.0.2", destination: "10.1.0.2", protocol: "tcp", state: "established", verdict: "accept" });',
        ],
      },
      {
        name: "before a rule that Docker's chain comes too late for",
        base: ROUTED,
        broken: [...DOCKER.slice(1), "h1: iptables -I FORWARD -s 10.1.0.0/24 -j DROP"],
        code: [
          'new FilterRule("…", { namespace: "h1", chain: "forward", backend: "iptables", source: "10.1.0.2", destination: "10.2.0.2", protocol: "icmp", verdict: "accept" });',
        ],
      },
      {
        name: "over a bridge that br_netfilter sees",
        ...{ base: SWITCHED, broken: [drop] },
        code: [
          'new FilterRule("…", { namespace: "h1", chain: "forward", backend: "iptables", inInterface: "v-net-0", outInterface: "v-net-0", verdict: "accept" });',
        ],
      },
      {
        name: "of IPv6",
        ...{ base: ROUTED6, broken: ["h1: ip6tables -P FORWARD DROP"], trace: ["red", "fd00:2::2"] },
        code: [
          'new FilterRule("…", { namespace: "h1", chain: "forward", backend: "iptables", source: "fd00:1::2", destination: "fd00:2::2", protocol: "icmpv6", verdict: "accept" });',
          'new FilterRule("…", { namespace: "h1", chain: "forward", backend: "iptables", source: "fd00:2::2", destination: "fd00:1::2", protocol: "icmpv6", state: "established", verdict: "accept" });',
        ],
      },
    ];
    for (const { code, ...lab } of cases) {
      it(lab.name, async () => {
        let { fault } = await traced(lab);
        for (const expected of code) {
          expect(fault?.code).to.equal(expected);
          await applied(expected);
          ({ fault } = await traced({ ...lab, base: [], broken: [] }));
        }
        expect(fault).to.equal(undefined);
      });
    }
  });

  describe("finds nothing wrong with", () => {
    for (const lab of [...healthy, ...healthyEthernets, ...routedHealthy]) {
      it(lab.name, async function () {
        if (lab.needs !== undefined && !existsSync(lab.needs)) this.skip();
        const { sentence, isReached, fault, doubts, probes, steps } = await traced(lab);
        expect({
          isReached,
          fault,
          doubts,
          isRefused: probes.some((probe) => probe.isReached === false),
          // An answer disproves a wrong step, but does not correct it.
          wrong: steps.filter(({ isOk }) => !isOk),
        }).to.deep.equal({
          isReached: true,
          fault: undefined,
          doubts: [],
          isRefused: false,
          wrong: [],
        });
        expect(sentence).to.match(/^packets get from red to \S+ and back$/);
      });
    }
  });

  describe("does not know what a rule drops that another may accept", () => {
    const ask = async (withProbe: boolean, longest = 2000) => {
      const accept = `h1: iptables -A FORWARD -m length --length 1:${longest} -j ACCEPT`;
      for (const line of [...ROUTED, "h1: iptables -P FORWARD DROP", accept]) await type(line);
      const { isReached, fault, doubts } = await trace(localHost, {
        ...{ from: "red", ...destinationIn("blue"), withProbe, patience: PATIENCE },
      });
      return { isReached, effect: fault?.effect, doubts: doubts.length };
    };

    it("until a packet is sent", async () => {
      expect(await ask(true)).to.deep.equal({ isReached: true, effect: undefined, doubts: 2 });
    });

    it("of which only small packets show that it does", async () => {
      expect(await ask(true, 1000)).to.deep.equal({ isReached: false, effect: "doubt", doubts: 2 });
    });

    it("where none is sent", async () => {
      expect(await ask(false)).to.deep.equal({ isReached: false, effect: "doubt", doubts: 2 });
    });
  });

  describe("ends where it cannot look any further", () => {
    const start = () => execa("unshare", ["--net", "sleep", "60"], { reject: false });
    let outside: ReturnType<typeof start>;

    /** The router's uplink leads to a namespace without a name. */
    beforeEach(async () => {
      outside = start();
      const inside = ["--target", String(outside.pid), "--net", "ip"];
      for (const line of ROUTED) await type(line);
      await type("h1: ip link add up0 type veth peer name far0");
      // It takes a moment to enter its own namespace.
      for (
        const own = await readlink("/proc/self/ns/net");
        ;
        await new Promise((done) => setTimeout(done, 20))
      )
        if ((await readlink(`/proc/${outside.pid}/ns/net`)) !== own) break;
      await type(`h1: ip link set far0 netns ${outside.pid}`);
      await type("h1: ip link set up0 up");
      await type("h1: ip address add 203.0.113.1/24 dev up0");
      await execa("nsenter", [...inside, "address", "add", "203.0.113.2/24", "dev", "far0"]);
      await execa("nsenter", [...inside, "link", "set", "far0", "up"]);
      await type("red: ip route add default via 10.1.0.1");
    });

    afterEach(async () => {
      outside.kill();
      await outside;
    });

    const ask = () =>
      trace(localHost, { from: "red", ...destinationIn("203.0.113.2"), withProbe: true, patience: PATIENCE });

    it("and proposes a masquerade where nobody there may know the sender", async () => {
      expect((await ask()).sentence).to.equal(
        "packets die at h1: it sends them out of the visible network with the source 10.1.0.2, to which machines there may have no route; " +
          "add a NatRule of kind masquerade on h1 that covers 10.1.0.2, or a route to it there",
      );
      await applied((await ask()).fault?.code ?? "");
      expect((await ask()).isReached).to.equal(true);
    });

    it("and takes an answer for one", async () => {
      await type("h1: iptables -t nat -A POSTROUTING -s 10.1.0.0/24 -o up0 -j MASQUERADE");
      const { isReached, steps } = await ask();
      expect(isReached).to.equal(true);
      expect(steps.at(-1)?.text).to.equal(
        "sends it by up0 to 203.0.113.2, which is beyond up0 in h1, outside of the visible network",
      );
    });
  });

  describe("names the resource to change", () => {
    /** The switch of the seed, created by resources. Returns the resources as in the state of a stack. */
    async function resources(): Promise<{ urn: string; args: Args; definition: Definition }[]> {
      const end = (name: string) => ({
        end: { name: `veth-${name}`, namespace: name },
        peer: { name: `veth-${name}-br`, namespace: "h1", bridge: "v-net-0" },
      });
      const address = (where: string, ip: string, link = `veth-${where}`) => ({
        interface: link,
        namespace: where,
        address: ip,
      });
      const made: [Definition, string, Args][] = [
        [bridge, "switch", { name: "v-net-0", namespace: "h1" }],
        [vethPair, "veth-red", end("red")],
        [vethPair, "veth-blue", end("blue")],
        [addressKind, "red-ip", address("red", "192.168.15.1/32")],
        [addressKind, "blue-ip", address("blue", "192.168.15.2/24")],
        [addressKind, "gateway", address("h1", "192.168.15.5/24", "v-net-0")],
        [route, "out", { namespace: "blue", destination: "192.168.1.0/24", via: "192.168.15.6" }],
      ];
      const known = [];
      for (const [definition, name, given] of made) {
        const { state } = await Living.create(definition, given, name);
        known.push({ urn: urnOf(definition.kind, name), args: state, definition });
      }
      return known;
    }

    const ask = async (target: string, source = "red", known: readonly Known[] = []) => {
      const question = { from: source, ...destinationIn(target), withProbe: false };
      const { sentence, fault } = await trace(localHost, question, known);
      return { sentence, owner: fault?.owner };
    };

    it("by its state, for what has no mark", async () => {
      const known = await resources();
      const { sentence, owner } = await ask("blue", "red", known);
      expect(sentence).to.match(/; change Address "red-ip" of project\/stack to 192\.168\.15\.1\/24$/);
      expect(owner?.urn).to.equal(urnOf("Address", "red-ip"));
    });

    it("by the mark on a link, without a state", async () => {
      await resources();
      await typed("link set dev veth-blue-br down", "h1");
      expect((await ask("192.168.15.5", "blue")).sentence).to.equal(
        'packets die at h1: veth-blue-br is down; set it up; `pulumi up --refresh` does if VethPair "veth-blue" of project/stack says so',
      );
    });

    it("of a route and an address that somebody has deleted", async () => {
      const known = await resources();
      await typed("route del 192.168.1.0/24", "blue");
      expect((await ask("192.168.1.3", "blue")).sentence).to.equal(
        'packets die at blue: it has no route to 192.168.1.3, although Route "out" of project/stack is one; restore Route "out" of project/stack with `pulumi up --refresh`',
      );
      await typed("address flush dev veth-blue", "blue");
      expect((await ask("192.168.15.5", "blue", known)).sentence).to.equal(
        'packets die at blue: it has no IPv4 address, although Address "blue-ip" of project/stack gives it one; restore Address "blue-ip" of project/stack with `pulumi up --refresh`',
      );
    });

    it("by the record of a neighbour", async () => {
      await resources();
      await Living.create(
        neighbor,
        { namespace: "red", interface: "veth-red", address: "192.168.15.5", lladdr: "02:00:00:00:00:99" },
        "fixed",
      );
      await typed("address replace 192.168.15.1/24 dev veth-red", "red");
      await typed("link set dev v-net-0 address 02:00:00:00:00:05", "h1");
      expect((await ask("192.168.15.5")).sentence).to.equal(
        "packets die at red: its neighbour entry for 192.168.15.5 on veth-red says 02:00:00:00:00:99 (PERMANENT), " +
          'but v-net-0 in h1 has 02:00:00:00:00:05; change Neighbor "fixed" of project/stack to 02:00:00:00:00:05',
      );
    });

    it("by the record of a proxy entry, on the way", async () => {
      for (const line of DIVIDED) await type(line);
      const entry = { namespace: "h1", interface: "red0", address: "10.0.0.130", proxy: true };
      await Living.create(neighbor, entry, "for-blue");
      const question = { from: "red", ...destinationIn("10.0.0.130"), withProbe: false };
      const { steps } = await trace(localHost, question);
      const step = steps.find(
        ({ text }) => text === "answers for 10.0.0.130 on red0, as it has a proxy entry",
      );
      expect(step?.owner).to.deep.include({ kind: "Neighbor", name: "for-blue" });
    });

    it("by the record of a policy rule, and not the route that it keeps packets from", async () => {
      await resources();
      const rule = { namespace: "blue", priority: 7, to: "192.168.1.0/24", iif: "lo", action: "prohibit" };
      await Living.create(policyRule, rule, "guard");
      const { sentence, owner } = await ask("192.168.1.3", "blue");
      const reason =
        "packets die at blue: its policy rule `pref 7 to 192.168.1.0/24 iif lo prohibit` blocks packets for 192.168.1.3";
      const instead = "or add an earlier rule that looks up main, which has the route 192.168.1.0/24";
      expect(sentence).to.equal(`${reason}; change PolicyRule "guard" of project/stack, ${instead}`);
      expect(owner).to.deep.include({ kind: "PolicyRule", name: "guard" });
    });

    it("by the record of a dead route in the table that somebody's policy rule looks up", async () => {
      await resources();
      await typed("rule add pref 7 lookup 77", "blue");
      const dead = { namespace: "blue", destination: "default", type: "unreachable", table: 77 };
      await Living.create(route, dead, "closed");
      expect((await ask("192.168.1.3", "blue")).owner).to.deep.include({ kind: "Route", name: "closed" });
    });

    it("but not the route of the main table where a policy rule leads elsewhere", async () => {
      await resources();
      await typed("rule add pref 7 lookup 77", "blue");
      await typed("route add default via 192.168.15.7 table 77", "blue");
      expect(await ask("192.168.1.3", "blue")).to.deep.equal({
        sentence:
          "packets die at blue: its gateway for 192.168.1.3 is 192.168.15.7, but nobody on the Ethernet of veth-blue has that address; " +
          "change the route, or give the gateway that address",
        owner: undefined,
      });
    });

    it("to change or restore a parameter, and never a second Sysctl for it", async () => {
      await resources();
      const forwarding = { namespace: "h1", key: "net.ipv4.ip_forward" };
      await typed("link add out type veth peer name eth0 netns lan", "h1");
      await typed("link set out up", "h1");
      await typed("address add 192.168.1.3/24 dev eth0", "lan");
      await typed("address add 192.168.15.3/24 dev veth-red", "red");
      await typed("route add 192.168.1.0/24 via 192.168.15.5", "red");
      const asked = async () => {
        const { sentence, fault } = await trace(localHost, {
          ...{ from: "red", ...destinationIn("192.168.1.3"), withProbe: false },
        });
        return [sentence.replace(/^.*; /, ""), fault?.code];
      };
      const own = await Living.create(sysctl, { ...forwarding, value: "0" }, "fwd");
      expect(await asked()).to.deep.equal(['change Sysctl "fwd" of project/stack to set it to 1', undefined]);
      await own.remove();
      await Living.create(sysctl, { ...forwarding, value: "1" }, "fwd");
      await type("h1: sysctl -q -w net.ipv4.ip_forward=0");
      expect(await asked()).to.deep.equal([
        'restore Sysctl "fwd" of project/stack with `pulumi up --refresh`',
        "pulumi up --refresh",
      ]);
    });

    it("by the record of a route of another table, and to restore it where it was changed by hand", async () => {
      await resources();
      await typed("rule add pref 7 lookup 77", "blue");
      const other = { namespace: "blue", destination: "default", via: "192.168.15.9", table: 77 };
      await Living.create(route, other, "other");
      expect(await ask("192.168.1.3", "blue")).to.deep.include({
        sentence:
          "packets die at blue: its gateway for 192.168.1.3 is 192.168.15.9, but nobody on the Ethernet of veth-blue has that address; " +
          'change `via` of Route "other" of project/stack, or give the gateway that address',
      });
      await typed(`route replace default via 192.168.15.8 table 77 proto ${PROTOCOL}`, "blue");
      expect((await ask("192.168.1.3", "blue")).sentence).to.match(
        /192\.168\.15\.8, .*; restore Route "other" of project\/stack with `pulumi up --refresh`$/,
      );
    });

    it("to restore an address that somebody has deleted, wherever it is", async () => {
      await resources();
      await typed("address del 192.168.15.5/24 dev v-net-0", "h1");
      expect((await ask("192.168.15.5", "blue")).sentence).to.match(
        /; restore Address "gateway" of project\/stack with `pulumi up --refresh`$/,
      );
    });

    it("to restore a link, where its state is known", async () => {
      const known = await resources();
      await typed("link set dev veth-blue-br nomaster", "h1");
      expect((await ask("192.168.15.5", "blue", known)).sentence).to.match(
        /; restore VethPair "veth-blue" of project\/stack with `pulumi up --refresh`$/,
      );
    });

    it("by the record of a route, without a state", async () => {
      await resources();
      const { sentence, owner } = await ask("192.168.1.3", "blue");
      expect(sentence).to.equal(
        "packets die at blue: its gateway for 192.168.1.3 is 192.168.15.6, but nobody on the Ethernet of veth-blue has that address; " +
          'change `via` of Route "out" of project/stack, or give the gateway that address',
      );
      expect(owner).to.deep.include({ kind: "Route", name: "out" });
    });
  });

  describe("on the command line", () => {
    const run = (...words: string[]) =>
      execa(process.execPath, ["dist/cli/main.js", "trace", ...words], { reject: false });

    it("ends with 0 where packets arrive, and shows the way", async () => {
      for (const line of SWITCHED) await type(line);
      const { exitCode, stdout } = await run("red", "blue");
      expect(stdout).to.match(
        /^packets get from red to 192\.168\.15\.2 and back\n\nThe way there\n {2}ok {2}red {3}has 192\.168\.15\.1\/24 on veth-red\n/,
      );
      expect(exitCode).to.equal(0);
    });

    it("ends with 1 where they do not", async () => {
      for (const line of ROUTED) await type(line);
      await type("h1: sysctl -q -w net.ipv4.ip_forward=0");
      const { exitCode, stdout } = await run("red", "blue", "--no-probe", "--json");
      const { sentence, fault, steps } = JSON.parse(stdout);
      expect(sentence).to.match(/^packets die at h1: it does not forward/);
      expect(fault).to.deep.include({ cause: "forwarding-off", place: "h1", direction: "there" });
      expect(steps.at(-1)).to.deep.include({ place: "h1", isOk: false });
      expect(exitCode).to.equal(1);
    });

    it("ends with 2 where it is wrong", async () => {
      const { exitCode, stderr } = await run("red", "blue:http");
      expect(stderr).to.equal(
        'pulumi-netns: "http" is not a port: write a number from 1 to 65535, followed by /udp for UDP.',
      );
      expect(exitCode).to.equal(2);
    });

    it("changes nothing", async () => {
      // IPv6 addresses would be tentative at first.
      for (const name of PLACES) await type(`${name}: sysctl -q -w net.ipv6.conf.default.disable_ipv6=1`);
      for (const line of ROUTED) await type(line);
      const before = await snapshot();
      await run("red", "blue");
      expect(differences(before, await snapshot())).to.deep.equal({ missing: [], extra: [] });
    });
  });
});

/** Repairs each fault of a lab until packets arrive, and returns the repaired causes. */
async function repaired(lab: Lab, first: Trace): Promise<Fault["cause"][]> {
  const causes: Fault["cause"][] = [];
  let { server: _, ...asked }: Omit<Lab, "sentence"> & Pick<Action, "servers"> = {
    ...lab,
    ...{ base: [], broken: [], servers: lab.server ? [lab.server] : [] },
  };
  let found = first;
  for (const action of lab.repair ?? [PRINTED]) {
    const { fault, sentence } = found;
    if (!fault) throw new Error(`nothing is wrong before ${JSON.stringify(action)}`);
    if (action === PRINTED) {
      if (fault.code === undefined) throw new Error(`nothing to paste: ${sentence}`);
      await applied(fault.code);
    } else {
      expect(fault.code, "a line to paste, which the lab does not try").to.equal(undefined);
      for (const line of action.lines ?? []) await type(line);
      asked = { ...asked, ...action, servers: [...(asked.servers ?? []), ...(action.servers ?? [])] };
    }
    found = await traced(asked, PATIENCE_AFTER);
    expect(found.sentence, fault.code).to.not.equal(sentence);
    causes.push(fault.cause);
  }
  expect(found.sentence).to.match(/^packets get from \S+( host)? to \S+ and back$/);
  return causes;
}

/** Builds a lab, breaks it, and traces there. */
async function traced(
  {
    base,
    broken,
    server,
    servers = server ? [server] : [],
    isSettled = false,
    trace: asked = ["red", "blue"],
  }: Omit<Lab, "sentence"> & Pick<Action, "servers">,
  patience = PATIENCE,
): Promise<Trace> {
  for (const line of [...base, ...broken]) await type(line);
  await portsDecided(isSettled ? ["disabled", "listening", "learning"] : ["disabled"]);
  const [source, target] = asked;
  const question = { from: placeIn(source), ...destinationIn(target), withProbe: true, patience };
  const running = servers.map(([namespace, address, port, protocol]) => {
    const words = ["-e", protocol === "udp" ? UDP_SERVER : SERVER, address, String(port)];
    // It ends on its own if the test is interrupted. Otherwise mocha would wait forever.
    return execa("ip", ["netns", "exec", namespace, process.execPath, ...words], {
      reject: false,
      timeout: 90_000,
    });
  });
  try {
    // Reads all of them concurrently, so that no output is missed.
    await Promise.all(running.map((one) => new Promise((ready) => one.stdout.once("data", ready))));
    return await trace(localHost, question);
  } finally {
    for (const one of running) one.kill();
    await Promise.all(running);
  }
}

/** A link that is not a port is an empty entry. */
const Ports = z.array(
  z.object({
    flags: z.array(z.string()).default([]),
    master: z.string().optional(),
    linkinfo: z.object({ info_slave_data: z.object({ state: z.string() }) }).optional(),
  }),
);

const Links = z.array(z.object({ ifname: z.string().optional() }));

/** Waits for ports. The kernel reports their carrier to the bridge late, and spanning tree takes seconds. */
async function portsDecided(undecided: readonly string[]): Promise<void> {
  for (const place of PLACES) {
    // A bridge that is down does not decide.
    const bridges = Links.parse(JSON.parse(await typed("-j link show type bridge up", place)));
    const names = bridges.flatMap(({ ifname }) => ifname ?? []);
    const isUnseen = async () =>
      Ports.parse(JSON.parse(await typed("-d -j link show type bridge_slave", place))).some(
        ({ flags, master = "", linkinfo }) =>
          names.includes(master) &&
          flags.includes("LOWER_UP") &&
          undecided.includes(linkinfo?.info_slave_data.state ?? ""),
      );
    for (let looks = 0; looks < 500 && (await isUnseen()); looks++) await sleep(20);
  }
}

const SERVER =
  'require("node:net").createServer().listen(process.argv[2], process.argv[1], () => console.log("ready"))';

const UDP_SERVER =
  'require("node:dgram").createSocket("udp4").bind(process.argv[2], process.argv[1], () => console.log("ready"))';

async function type(line: string): Promise<void> {
  const [, name = "", tool = "", words = ""] = /^(\S+): (\S+) (.*)$/.exec(line) ?? [];
  const namespace = placeIn(name);
  if (tool === "ip" || namespace === undefined) await localHost.run(ip(namespace, ...words.split(" ")));
  else await execa("ip", ["netns", "exec", namespace, tool, ...words.split(" ")]);
}
