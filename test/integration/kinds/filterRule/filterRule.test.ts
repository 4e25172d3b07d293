import { expect } from "chai";
import { execa } from "execa";
import type { Args, Definition } from "../../../../provider/engine/definition";
import * as engine from "../../../../provider/engine/lifecycle";
import { filterRule } from "../../../../provider/kinds/filterRule/filterRule";
import { natRule } from "../../../../provider/kinds/natRule/natRule";
import { command } from "../../../../provider/linux/command";
import type { Host } from "../../../../provider/linux/host/host";
import { localHost } from "../../../../provider/linux/host/local/localHost";
import { checked, markFor } from "../../../support/args";
import { failure, hereWith, Living, onKernel, typed, WatchedHost } from "../../../support/kernel";
import { pings } from "../../../support/packets";
import { snapshot } from "../../../support/snapshot";
import { throughHost } from "../../../support/throughHost";

const definition: Definition = filterRule;
const create = (given: Args, name = "it", host: Host = localHost) =>
  Living.create(definition, given, name, host);
const nft = (...words: string[]) => localHost.run(command("nft", undefined, words));
const iptables = (...words: string[]) => localHost.run(command("iptables", undefined, words));
const ruleset = async () => (await snapshot())["ruleset"] ?? "";
const TABLE = "pulumi-netns/project/stack";
const BACKENDS = ["nftables", "iptables"] as const;

/** The rules in the chain for forwarded packets, in order, by the names of their resources. */
async function order(backend: (typeof BACKENDS)[number] = "nftables"): Promise<(string | undefined)[]> {
  const listing =
    backend === "nftables"
      ? await nft("list", "chain", "ip", TABLE, "filter-forward")
      : await iptables("-S", "FORWARD");
  return [...listing.matchAll(/project\/stack\/([\w-]+)/g)]
    .map(([, name]) => name)
    .filter((name) => name !== undefined);
}

describe("FilterRule, with the kernel", () => {
  onKernel();
  let clean: string;
  before(async () => {
    clean = await ruleset();
  });
  afterEach(async () => expect(await ruleset()).to.equal(clean));

  const web = { chain: "forward", protocol: "tcp", port: 80, verdict: "accept" };
  const six = { chain: "forward", family: "ipv6", verdict: "drop" };

  /** The first arguments, the next ones, and the engine's operation. */
  const changes: readonly (readonly [from: Args, to: Args, effect: string])[] = [
    [web, { ...web, chain: "input" }, "update"],
    [web, { ...web, chain: "output", priority: -9999 }, "update"],
    [web, { ...web, priority: 9999 }, "update"],
    [web, { ...web, inInterface: "eth0", outInterface: "!veth*" }, "update"],
    [web, { ...web, source: "10.9.0.0/24", destination: "!10.9.1.1" }, "update"],
    [
      { ...web, source: ["10.9.0.0/24", "10.9.9.9"] },
      { ...web, source: ["10.9.0.0/24", "10.9.9.8"] },
      "update",
    ],
    // The kernel merges neighbouring ranges, and a range that is not a network.
    [
      { ...web, source: ["10.9.0.0/24", "10.9.1.0/24", "10.8.0.0/24"] },
      { ...web, source: ["10.9.1.0/24", "10.9.2.0/24"] },
      "update",
    ],
    [
      { ...web, source: ["10.9.0.0/24", "10.5.0.0/24"], destination: ["10.7.0.0/16", "10.6.0.1"] },
      web,
      "update",
    ],
    [web, { ...web, protocol: "udp", port: "8000-8010", sourcePort: [53, 5353] }, "update"],
    [web, { ...web, port: [80, 443], state: ["new", "established"] }, "update"],
    [
      { ...web, state: "established" },
      { ...web, state: ["related", "established", "invalid", "untracked"] },
      "update",
    ],
    [web, { ...web, verdict: "reject", rejectWith: "tcp-reset" }, "update"],
    [{ ...web, port: undefined, verdict: "reject", rejectWith: "tcp-reset" }, web, "update"],
    [
      { chain: "input", protocol: "icmp", icmpType: "echo-request", verdict: "accept" },
      { chain: "input", protocol: "icmp", icmpType: ["timestamp-request", "echo-request"], verdict: "drop" },
      "update",
    ],
    [
      { chain: "input", verdict: "log" },
      { chain: "input", verdict: "log", logPrefix: "a b: ", logLevel: "info" },
      "update",
    ],
    [
      { chain: "input", inInterface: "!lo", verdict: "reject" },
      { chain: "input", inInterface: "!lo", verdict: "reject", rejectWith: "host-unreachable" },
      "update",
    ],
    [
      { chain: "input", inInterface: "!lo", verdict: "reject", rejectWith: "net-unreachable" },
      { chain: "input", inInterface: "!lo", verdict: "reject", rejectWith: "admin-prohibited" },
      "update",
    ],
    [six, { ...six, verdict: "reject", rejectWith: "host-unreachable" }, "update"],
    [
      { ...six, verdict: "reject", rejectWith: "net-unreachable" },
      { ...six, verdict: "reject", rejectWith: "admin-prohibited" },
      "update",
    ],
    [
      six,
      {
        ...six,
        source: ["fd09::/64", "fd07::1"],
        protocol: "icmpv6",
        icmpType: ["echo-request", "nd-redirect"],
      },
      "update",
    ],
    [six, { ...six, protocol: "icmpv6" }, "update"],
    [{ ...six, source: "fd09::/64" }, { ...web, source: "10.9.0.0/24" }, "replace"],
  ];

  for (const backend of BACKENDS) {
    describe(backend, () => {
      for (const [from, to, effect] of changes) {
        it(`${JSON.stringify(from)} → ${JSON.stringify(to)}: ${effect}`, async () => {
          const living = await create({ ...from, backend });
          expect(await living.refresh()).to.deep.equal([]);
          expect(await living.become({ ...from, backend })).to.equal("nothing");

          expect((await living.become({ ...to, backend })).split(" ")[0]).to.equal(effect);
          expect(await living.refresh()).to.deep.equal([]);

          await living.remove();
          expect(await living.refresh()).to.deep.equal(["gone"]);
          await living.remove();
        });
      }

      it("is at the place of its priority, whenever it was created, and moves with it", async () => {
        const make = (name: string, priority: number) => create({ ...web, backend, priority }, name);
        const last = await make("last", 100);
        const first = await make("first", -5);
        const middle = await make("middle", 0);
        const twin = await make("twin", 0);
        expect(await order(backend)).to.deep.equal(["first", "middle", "twin", "last"]);
        expect(await middle.become({ ...web, backend, priority: 0, port: 81 })).to.equal("update");
        expect(await order(backend)).to.deep.equal(["first", "middle", "twin", "last"]);
        expect(await first.become({ ...web, backend, priority: 50 })).to.equal("update");
        expect(await order(backend)).to.deep.equal(["middle", "twin", "first", "last"]);
        for (const living of [last, first, middle, twin]) {
          expect(await living.refresh()).to.deep.equal([]);
          await living.remove();
        }
      });

      it("completes after a crash", async () => {
        const first = await create({ ...web, backend });
        const host = new WatchedHost();
        const second = await create({ ...web, backend }, "it", host);
        expect(host.ran.every((text) => / list | -S$|cat /.test(text))).to.equal(true);
        expect(second.state).to.deep.equal(first.state);
        await second.remove();
      });

      it("coexists with others, and with NAT rules of its stack: all are created and deleted together", async () => {
        const numbers = Array.from({ length: 6 }, (_, at) => at);
        const living = await Promise.all([
          ...numbers.map((at) => create({ ...web, port: 8000 + at, backend }, `rule-${at}`)),
          Living.create(natRule, { kind: "masquerade", source: "10.9.0.0/24", backend }, "nat"),
        ]);
        for (const one of living) expect(await one.refresh()).to.deep.equal([]);
        await Promise.all(living.map((one) => one.remove()));
      });
    });
  }

  it("works in a namespace, and is deleted with it", async () => {
    await typed("netns add it-filter");
    const living = await create({ ...web, namespace: "it-filter" });
    await typed("netns del it-filter");
    expect(await living.refresh()).to.deep.equal(["gone"]);
    await living.remove();
  });

  it("reports changes by hand, and restores the rule", async () => {
    const living = await create({ ...web, priority: 10 });
    const other = await create({ ...web, priority: 20, port: 81 }, "other");
    const handleOf = async (name: string) => {
      const list = await nft("-a", "list", "chain", "ip", TABLE, "filter-forward");
      return new RegExp(`stack/${name},.*# handle (\\d+)`).exec(list)?.[1] ?? "";
    };
    const comment = `comment "${markFor("FilterRule")},10"`;
    const rule = `rule ip ${TABLE} filter-forward`;
    await nft(`replace ${rule} handle ${await handleOf("it")} tcp dport 80 counter drop ${comment}`);
    expect(await living.refresh()).to.deep.equal(["verdict"]);
    expect(String(living.state["verdict"])).to.match(/^drop \(and \{"counter"/);
    expect(await living.become({ ...web, priority: 10 })).to.equal("update");

    // Placed behind the rule that it should precede.
    await nft(`delete ${rule} handle ${await handleOf("it")}; add ${rule} tcp dport 80 accept ${comment}`);
    expect(await living.refresh()).to.deep.equal(["verdict"]);
    expect(living.state["verdict"]).to.equal("accept (out of order)");
    expect(await living.become({ ...web, priority: 10 })).to.equal("update");
    expect(await order()).to.deep.equal(["it", "other"]);
    await living.remove();
    await other.remove();
  });

  it("reports which rules of iptables are missing or surplus, and restores them", async () => {
    const given = {
      ...web,
      backend: "iptables",
      source: ["10.8.0.0/24", "10.9.1.0/24"],
      destination: ["10.5.0.1", "10.6.0.1"],
    };
    const living = await create(given);
    const lines = (await iptables("-S", "FORWARD")).split("\n").filter((line) => line.startsWith("-A"));
    expect(lines).to.have.length(4);
    await iptables("-D", ...(lines[2] ?? "").replaceAll('"', "").split(" ").slice(1));
    expect(await living.refresh()).to.deep.equal(["verdict"]);
    expect(living.state["verdict"]).to.equal("accept (1 missing)");
    expect(await living.become(given)).to.equal("update");
    expect(await living.refresh()).to.deep.equal([]);
    await living.remove();
  });

  it("leaves foreign rules unchanged, in its own table and elsewhere", async () => {
    await nft("add table ip it_theirs; add chain ip it_theirs c; add rule ip it_theirs c counter accept");
    const theirs = await ruleset();
    const living = await create(web);
    await nft(`add rule ip ${TABLE} filter-forward counter accept comment "theirs"`);
    await living.remove();
    expect(await nft("list", "table", "ip", TABLE)).to.include('comment "theirs"');
    await nft("delete", "table", "ip", TABLE);
    expect(await ruleset()).to.equal(theirs);
    await nft("delete", "table", "ip", "it_theirs");
  });

  it("puts the tool's message into the error", async () => {
    expect(await failure(create({ ...web, namespace: "it-nowhere" }))).to.match(
      /^NotFound: ip netns exec it-nowhere nft .*Cannot open network namespace "it-nowhere"/,
    );
  });

  // The servers are in it-out, the far end of `throughHost`: tcp 80, 81; udp 53.
  describe("packets", () => {
    let stop: () => Promise<unknown>;

    const SERVER = `
      const net = require("node:net"), dgram = require("node:dgram");
      let open = 3;
      const ready = () => --open || console.log("ready");
      for (const port of [80, 81]) net.createServer((s) => s.end("hello")).listen(port, "::", ready);
      const udp = dgram.createSocket("udp6");
      udp.on("message", (text, { port, address }) => udp.send(text, port, address));
      udp.bind(53, ready);`;
    const CLIENT = `
      const [kind, host, port] = process.argv.slice(1);
      const say = (text) => { console.log(text); process.exit(); };
      setTimeout(() => say("nothing"), 700);
      if (kind === "tcp") {
        const socket = require("node:net").connect(Number(port), host);
        socket.on("data", () => say("answer")).on("error", ({ code }) => say(code));
      } else {
        const socket = require("node:dgram").createSocket(host.includes(":") ? "udp6" : "udp4");
        socket.on("message", () => say("answer")).on("error", ({ code }) => say(code));
        socket.connect(Number(port), host, () => socket.send("x"));
      }`;

    beforeEach(async () => {
      await throughHost.make();
      const server = execa("ip", ["netns", "exec", "it-out", process.execPath, "-e", SERVER], {
        reject: false,
      });
      await new Promise((ready) => server.stdout.once("data", ready));
      stop = () => {
        server.kill();
        return server;
      };
      // IPv6 takes a second or two on new links; later results are due to the rules.
      for (const far of Object.values(FAR)) await pings("it-in", far)();
    });
    afterEach(async () => {
      await stop();
      await throughHost.leave();
    });

    /** The result for a client: an answer, its error, or nothing. */
    async function sees(
      where: string | undefined,
      kind: "tcp" | "udp",
      host: string,
      port: number,
    ): Promise<string> {
      const node = [process.execPath, "-e", CLIENT, kind, host, String(port)] as const;
      const [file = "", ...args] = where === undefined ? node : ["ip", "netns", "exec", where, ...node];
      return (await execa(file, args)).stdout.trim();
    }
    const FAR = { ipv4: "10.9.1.2", ipv6: "fd09:1::2" } as const;
    async function ping(where: string | undefined, host: string): Promise<boolean> {
      const words = ["ping", "-c", "1", "-W", "1", host];
      const [file = "", ...args] = where === undefined ? words : ["ip", "netns", "exec", where, ...words];
      return (await execa(file, args, { reject: false })).exitCode === 0;
    }

    for (const backend of BACKENDS) {
      for (const family of ["ipv4", "ipv6"] as const) {
        const far = FAR[family];
        const base = { chain: "forward", backend, family };
        const icmp = family === "ipv4" ? "icmp" : "icmpv6";

        it(`accepted ones and their replies pass, and no others: ${backend}, ${family}`, async () => {
          const rules = [
            await create(
              { ...base, priority: 10, state: ["established", "related"], verdict: "accept" },
              "answers",
            ),
            await create(
              {
                ...base,
                priority: 20,
                inInterface: "it-v0",
                state: "new",
                protocol: "tcp",
                port: 80,
                verdict: "accept",
              },
              "web",
            ),
            await create(
              { ...base, priority: 20, protocol: icmp, icmpType: "echo-request", verdict: "accept" },
              "ping",
            ),
            await create({ ...base, priority: 999, verdict: "drop" }, "rest"),
          ];
          expect(await sees("it-in", "tcp", far, 80)).to.equal("answer");
          expect(await sees("it-in", "tcp", far, 81)).to.equal("nothing");
          expect(await sees("it-in", "udp", far, 53)).to.equal("nothing");
          expect(await ping("it-in", far)).to.equal(true);
          // Without the rule for replies nothing comes back.
          await rules[0]?.remove();
          expect(await sees("it-in", "tcp", far, 80)).to.equal("nothing");
          expect(await ping("it-in", far)).to.equal(false);
          for (const rule of rules.slice(1)) await rule.remove();
          expect(await sees("it-in", "udp", far, 53)).to.equal("answer");
        });

        it(`rejected ones get an error: ${backend}, ${family}`, async () => {
          const rejecting = (protocol: string, rejectWith: string) => ({
            ...base,
            protocol,
            verdict: "reject",
            rejectWith,
          });
          const rule = await create(rejecting("tcp", "tcp-reset"));
          expect(await sees("it-in", "tcp", far, 80)).to.equal("ECONNREFUSED");
          expect(await sees("it-in", "udp", far, 53)).to.equal("answer");
          await rule.become(rejecting("udp", "port-unreachable"));
          expect(await sees("it-in", "udp", far, 53)).to.equal("ECONNREFUSED");
          await rule.become(rejecting("tcp", "host-unreachable"));
          // Over IPv6, TCP takes it for a temporary problem and retries (icmpv6_err_convert).
          expect(await sees("it-in", "tcp", far, 80)).to.equal(
            family === "ipv4" ? "EHOSTUNREACH" : "nothing",
          );
          await rule.become(rejecting("tcp", "net-unreachable"));
          expect(await sees("it-in", "tcp", far, 80)).to.equal(family === "ipv4" ? "ENETUNREACH" : "nothing");
          if (family === "ipv4") {
            await rule.become(rejecting("tcp", "admin-prohibited"));
            expect(await sees("it-in", "tcp", far, 80)).to.equal("EHOSTUNREACH");
          }
          await rule.remove();
        });

        it(`match by source and destination, one of a list or none of it: ${backend}, ${family}`, async () => {
          const [own, other, third] =
            family === "ipv4"
              ? ["10.9.0.2", "10.5.0.0/24", "10.6.0.0/24"]
              : ["fd09::2", "fd05::/64", "fd06::/64"];
          const dropping = (more: Args) => ({ ...base, verdict: "drop", ...more });
          const rule = await create(dropping({ source: [own, other] }));
          expect(await sees("it-in", "tcp", far, 80)).to.equal("nothing");
          await rule.become(dropping({ source: [other, third] }));
          expect(await sees("it-in", "tcp", far, 80)).to.equal("answer");
          await rule.become(dropping({ source: `!${other}`, destination: far }));
          expect(await sees("it-in", "tcp", far, 80)).to.equal("nothing");
          if (backend === "nftables") {
            await rule.become(dropping({ source: [`!${own}`, `!${far}`] }));
            expect(await sees("it-in", "tcp", far, 80)).to.equal("answer");
            await rule.become(dropping({ source: [`!${other}`, `!${third}`] }));
            expect(await sees("it-in", "tcp", far, 80)).to.equal("nothing");
          }
          await rule.remove();
        });
      }

      it(`match to and from the namespace itself, by interface: ${backend}`, async () => {
        const input = await create({
          chain: "input",
          backend,
          inInterface: "it-v0",
          protocol: "icmp",
          verdict: "drop",
        });
        expect([await ping("it-in", "10.9.0.1"), await ping("it-out", "10.9.1.1")]).to.deep.equal([
          false,
          true,
        ]);
        await input.become({
          chain: "input",
          backend,
          inInterface: "!it-v*",
          protocol: "icmp",
          verdict: "drop",
        });
        expect(await ping("it-in", "10.9.0.1")).to.equal(true);
        // An ICMP error may reach the sender's socket while it is sending, and shows only at the second attempt.
        const rejecting = { protocol: "tcp", port: 80, verdict: "reject", rejectWith: "tcp-reset" };
        const output = await create(
          { chain: "output", backend, outInterface: "it-v1", ...rejecting },
          "output",
        );
        expect(await sees(undefined, "tcp", "10.9.1.2", 80)).to.equal("ECONNREFUSED");
        expect(await sees(undefined, "tcp", "10.9.1.2", 81)).to.equal("answer");
        await input.remove();
        await output.remove();
      });
    }

    /** A host that records warnings. */
    function telling(): Host & { readonly told: string[] } {
      const told: string[] = [];
      return hereWith({ told, warn: (text: string) => void told.push(text) });
    }
    const accept = { chain: "forward", source: "10.9.0.0/16", verdict: "accept" };

    for (const backend of BACKENDS) {
      it(`an accept of ${backend} does not overrule iptables-legacy, with a warning; a rule there helps`, async () => {
        const host = telling();
        const legacy = (words: string) => execa("iptables-legacy", words.split(" "));
        await legacy("-P FORWARD DROP");
        try {
          const rule = await create({ ...accept, backend }, "it", host);
          expect(host.told).to.deep.equal([
            "the host: an accept in forward does not overrule the chain FORWARD of iptables-legacy, which drops what it does not accept itself: " +
              "add a rule there, or keep to one of the two",
          ]);
          expect(await ping("it-in", "10.9.1.2")).to.equal(false);
          await legacy("-I FORWARD -s 10.9.0.0/16 -j ACCEPT");
          expect(await ping("it-in", "10.9.1.2")).to.equal(true);
          await rule.remove();
        } finally {
          await legacy("-F FORWARD");
          await legacy("-P FORWARD ACCEPT");
        }
      });
    }

    describe("beside Docker's chains", () => {
      // The rules of dockerd, shortened; its policy drops unknown packets.
      const DOCKER = [
        "-N DOCKER-USER",
        "-A DOCKER-USER -j RETURN",
        "-N DOCKER-FORWARD",
        "-A DOCKER-FORWARD -i docker0 -j ACCEPT",
        "-A FORWARD -j DOCKER-USER",
        "-A FORWARD -j DOCKER-FORWARD",
        "-P FORWARD DROP",
      ];
      const UNDO = [
        "-P FORWARD ACCEPT",
        "-F FORWARD",
        "-F DOCKER-USER",
        "-F DOCKER-FORWARD",
        "-X DOCKER-USER",
        "-X DOCKER-FORWARD",
      ];
      beforeEach(async () => {
        for (const line of DOCKER) await iptables(...line.split(" "));
      });
      afterEach(async () => {
        for (const line of UNDO) await iptables(...line.split(" "));
      });

      it("an accept of nftables does not overrule their drop, with a warning", async () => {
        const docker = await iptables("-S");
        const host = telling();
        const rule = await create(accept, "it", host);
        expect(await ping("it-in", "10.9.1.2")).to.equal(false);
        expect(host.told).to.deep.equal([
          "the host: an accept in forward does not overrule the chain FORWARD of iptables, which drops what it does not accept itself: " +
            "with backend `iptables` this rule is put there, and with `dockerUser: true` before Docker's own",
        ]);
        await rule.remove();
        expect(await iptables("-S")).to.equal(docker);
      });

      for (const dockerUser of [false, true]) {
        it(`an accept of iptables overrules it, ${dockerUser ? "in DOCKER-USER" : "in FORWARD"}, and theirs stays unchanged`, async () => {
          const docker = await iptables("-S");
          const host = telling();
          const rule = await create({ ...accept, backend: "iptables", dockerUser }, "it", host);
          expect(await ping("it-in", "10.9.1.2")).to.equal(true);
          expect(host.told).to.deep.equal([]);
          expect(await iptables("-S")).to.include(
            `-A ${dockerUser ? "DOCKER-USER" : "FORWARD"} -s 10.9.0.0/16`,
          );
          expect(await rule.refresh()).to.deep.equal([]);
          expect(await rule.become({ ...accept, backend: "iptables", dockerUser: !dockerUser })).to.equal(
            "update",
          );
          expect(await rule.refresh()).to.deep.equal([]);
          expect(await ping("it-in", "10.9.1.2")).to.equal(true);
          await rule.remove();
          expect(await iptables("-S")).to.equal(docker);
        });
      }

      it("a missing DOCKER-USER chain is not created without Docker", async () => {
        for (const line of UNDO) await iptables(...line.split(" "));
        expect(await failure(create({ ...accept, backend: "iptables", dockerUser: true }))).to.match(
          /^NotFound: iptables .*DOCKER-USER/,
        );
        for (const line of DOCKER) await iptables(...line.split(" "));
      });

      it("a dormant table drops nothing, and causes a warning only once it is active", async () => {
        for (const line of UNDO) await iptables(...line.split(" "));
        const table = (flags: string) =>
          `add table inet theirs { ${flags} }; add chain inet theirs passing { type filter hook forward priority 0; policy drop; }`;
        try {
          const tellings = [];
          for (const flags of ["flags dormant;", ""]) {
            await nft(table(flags));
            const host = telling();
            const rule = await create(accept, "it", host);
            tellings.push([host.told.length, await ping("it-in", "10.9.1.2")]);
            await rule.remove();
            await nft("delete", "table", "inet", "theirs");
          }
          expect(tellings).to.deep.equal([
            [0, true],
            [1, false],
          ]);
        } finally {
          for (const line of DOCKER) await iptables(...line.split(" "));
        }
      });

      it("an accept beside firewalld's chains does not overrule them, with a warning", async () => {
        for (const line of UNDO) await iptables(...line.split(" "));
        await nft(
          "add table inet firewalld; add chain inet firewalld filter_FORWARD { type filter hook forward priority 10; policy accept; }; " +
            "add rule inet firewalld filter_FORWARD ct state established,related accept; " +
            "add rule inet firewalld filter_FORWARD reject with icmpx type admin-prohibited",
        );
        try {
          for (const backend of BACKENDS) {
            const host = telling();
            const rule = await create({ ...accept, backend }, "it", host);
            expect(host.told).to.deep.equal([
              "the host: an accept in forward does not overrule the chain filter_FORWARD of the table inet firewalld, which drops what it does not accept itself: " +
                "with backend `firewalld` this rule is put before its zones",
            ]);
            expect(await ping("it-in", "10.9.1.2")).to.equal(false);
            await rule.remove();
          }
          // A drop needs no permission.
          const host = telling();
          const rule = await create({ ...accept, verdict: "drop" }, "it", host);
          expect(host.told).to.deep.equal([]);
          await rule.remove();
        } finally {
          await nft("delete", "table", "inet", "firewalld");
          for (const line of DOCKER) await iptables(...line.split(" "));
        }
      });
    });
  });

  it("finds the remains with everything needed to remove them", async () => {
    for (const backend of BACKENDS) {
      const living = await create({ ...web, backend, priority: 7 });
      const kind = definition.discover?.(undefined);
      const answers = await Promise.all((kind?.commands ?? []).map((one) => localHost.run(one)));
      const [found] = kind?.find(answers) ?? [];
      expect(found).to.deep.include({
        chain: "forward",
        backend,
        family: "ipv4",
        mark: markFor("FilterRule"),
      });
      await engine.remove(definition, localHost, { ...found });
      expect(await living.refresh()).to.deep.equal(["gone"]);
    }
    expect(checked(definition, web)).to.deep.include({ backend: "nftables" });
  });
});
