import { expect } from "chai";
import { execa } from "execa";
import type { Args, Definition } from "../../../../provider/engine/definition";
import { discover } from "../../../../provider/engine/discover";
import * as engine from "../../../../provider/engine/lifecycle";
import { LOG_LEVELS } from "../../../../provider/fields/filter";
import { filterRule } from "../../../../provider/kinds/filterRule/filterRule";
import { knownIcmpTypes } from "../../../../provider/kinds/filterRule/firewalld/richRule";
import type { Host } from "../../../../provider/linux/host/host";
import { localHost } from "../../../../provider/linux/host/local/localHost";
import { parseMark } from "../../../../provider/linux/marks/mark";
import { markFor } from "../../../support/args";
import { Firewalld, firewallCmd, lacking } from "../../../support/firewalld";
import { crashing, failure, hereWith, Living, onKernel, skip, WatchedHost } from "../../../support/kernel";
import { fails, pings } from "../../../support/packets";
import { differences } from "../../../support/snapshot";
import { throughHost } from "../../../support/throughHost";

const definition: Definition = filterRule;
const create = (given: Args, name = "it", host: Host = localHost) =>
  Living.create(definition, { ...given, backend: "firewalld" }, name, host);
const become = (living: Living, given: Args, host: Host = localHost) =>
  living.become({ ...given, backend: "firewalld" }, host);
const policyOf = (name: string) => `pn-${parseMark(markFor("FilterRule", name))?.hash}`;
const POLICY = policyOf("it");

const web = { chain: "forward", protocol: "tcp", port: 80, verdict: "accept" };

describe("FilterRule, with firewalld", function () {
  this.timeout(120_000);
  onKernel();
  let firewalld: Firewalld | undefined;
  let clean: string;

  before(async function () {
    const missing = lacking();
    if (missing.length > 0) skip(this, `not installed here: ${missing.join(", ")}`);
    firewalld = await Firewalld.start();
    // Once, firewalld writes its own files.
    await firewallCmd("--reload");
    clean = await firewalld.picture();
  });
  after(async () => {
    if (!firewalld) return;
    await expectClean();
    await firewalld.stop();
  });

  /** Expects that nothing of ours is left and nothing of others is missing, line by line. */
  async function expectClean(when = "at the end"): Promise<void> {
    const seen = (await firewalld?.picture()) ?? "";
    expect(differences({ [when]: clean }, { [when]: seen })).to.deep.equal({ missing: [], extra: [] });
  }

  describe("packets", () => {
    beforeEach(throughHost.make);
    afterEach(throughHost.leave);

    const SERVER = `require("node:net").createServer((s) => s.end()).listen(process.argv[1], "::", () => console.log("ready"))`;
    const CLIENT = `require("node:net").connect(process.argv[2], process.argv[1]).on("connect", () => process.exit(0)).on("error", ({ code }) => (console.log(code), process.exit(1)))`;

    const node = (place: string | undefined, script: string, ...words: readonly string[]) => {
      const [file = "", ...args] = [
        ...(place === undefined ? [] : ["ip", "netns", "exec", place]),
        ...[process.execPath, "-e", script, ...words],
      ];
      return [file, args] as const;
    };

    /** The result of a client in it-in that connects to a real server. */
    const connects = (server: string | undefined, host: string, port: number) =>
      connection("it-in", server, host, port);

    async function connection(
      client: string | undefined,
      server: string | undefined,
      host: string,
      port: number,
    ): Promise<string> {
      const listening = execa(...node(server, SERVER, String(port)), { reject: false });
      try {
        await new Promise((ready) => listening.stdout.once("data", ready));
        const trial = node(client, CLIENT, host, String(port));
        const { exitCode, stdout } = await execa(...trial, { reject: false, timeout: 10_000 });
        return exitCode === 0 ? "a connection" : stdout || "nothing";
      } finally {
        listening.kill();
        await listening;
      }
    }

    for (const [family, far, near] of [
      ["ipv4", "10.9.1.2", "10.9.0.0/24"],
      ["ipv6", "fd09:1::2", "fd09::/64"],
    ] as const) {
      it(`a rule passes packets that firewalld rejects, even after a reload and a restart, until it is deleted: ${family}`, async () => {
        await fails("it-in", far)();
        const rule = await create({ chain: "forward", source: near, verdict: "accept" });
        const passes = pings("it-in", far);
        await passes();
        expect(await connects("it-out", far, 80)).to.equal("a connection");
        await fails("it-out", family === "ipv4" ? "10.9.0.2" : "fd09::2")();

        await firewallCmd("--reload");
        await passes();
        expect(await rule.refresh()).to.deep.equal([]);
        await firewalld?.restart();
        await passes();
        expect(await rule.refresh()).to.deep.equal([]);

        await rule.remove();
        await fails("it-in", far)();
        expect(await rule.refresh()).to.deep.equal(["gone"]);
        await rule.remove();
      });

      it(`only named packets pass, and rejected senders get an error: ${family}`, async () => {
        const base = { chain: "forward", family, protocol: "tcp" };
        const rules = [
          await create({ ...base, port: [80, 443], verdict: "accept" }, "web"),
          await create(
            { ...base, port: 443, priority: -1, verdict: "reject", rejectWith: "tcp-reset" },
            "not",
          ),
        ];
        expect(await connects("it-out", far, 80)).to.equal("a connection");
        expect(await connects("it-out", far, 443)).to.equal("ECONNREFUSED");
        expect(await connects("it-out", far, 81)).to.not.equal("a connection");
        for (const rule of rules) await rule.remove();
        expect(await connects("it-out", far, 80)).to.not.equal("a connection");
      });
    }

    it("match to and from the host itself", async () => {
      expect(await connects(undefined, "10.9.0.1", 8080)).to.not.equal("a connection");
      const into = await create({ chain: "input", protocol: "tcp", port: 8080, verdict: "accept" }, "into");
      expect(await connects(undefined, "10.9.0.1", 8080)).to.equal("a connection");
      await pings(undefined, "10.9.0.2")();
      const out = await create({ chain: "output", destination: "10.9.0.2", verdict: "drop" }, "out");
      await fails(undefined, "10.9.0.2")();
      await pings(undefined, "10.9.1.2")();
      for (const rule of [into, out]) await rule.remove();
    });

    it("a drop of everything spares the loopback link, so that Pulumi is not cut off", async () => {
      const rules = [
        await create({ chain: "input", priority: 1, verdict: "drop" }, "into"),
        await create({ chain: "output", priority: 1, verdict: "reject" }, "out"),
      ];
      await fails(undefined, "10.9.0.2")();
      await fails("it-in", "10.9.0.1")();
      await pings(undefined, "127.0.0.1")();
      expect(await connection(undefined, undefined, "127.0.0.1", 8081)).to.equal("a connection");
      for (const rule of rules) await rule.remove();
    });

    it("an accept of another backend gets a warning that it does not overrule firewalld, and one in firewalld gets none", async () => {
      const told: string[] = [];
      const host = hereWith({ warn: (text: string) => void told.push(text) });
      const accept = { chain: "forward", source: "10.9.0.0/16", verdict: "accept" };
      const elsewhere = await Living.create(definition, accept, "elsewhere", host);
      expect(told).to.deep.equal([
        "the host: an accept in forward does not overrule the chain filter_FORWARD of the table inet firewalld, " +
          "which drops what it does not accept itself: with backend `firewalld` this rule precedes its zones",
      ]);
      await fails("it-in", "10.9.1.2")();
      told.splice(0);
      const here = await create(accept, "it", host);
      expect(told).to.deep.equal([]);
      await pings("it-in", "10.9.1.2")();
      await here.remove();
      await elsewhere.remove();
    });
  });

  describe("changes", () => {
    const lists = { source: ["10.5.0.0/24", "10.7.0.1"], destination: ["10.8.0.0/16", "10.3.0.0/16"] };
    const ping = { chain: "input", protocol: "icmp", icmpType: "echo-request", verdict: "accept" };
    const six = { chain: "input", family: "ipv6", verdict: "reject" };
    /** The successive arguments, and whether each takes a reload. */
    const changes: readonly (readonly [to: Args, how: "reload" | "in place"])[] = [
      [{ ...web, chain: "output" }, "reload"],
      [{ ...web, chain: "input" }, "reload"],
      [{ ...web, chain: "input", priority: 9999 }, "reload"],
      [{ ...web, chain: "input" }, "reload"],
      [{ ...web, chain: "input", ...lists, port: [80, 443] }, "in place"],
      [{ ...web, chain: "input", ...lists, sourcePort: "1024-2047", port: undefined }, "in place"],
      [{ ...web, chain: "input", source: "!10.5.0.0/24", destination: "!10.6.0.1" }, "in place"],
      [{ chain: "input", protocol: "esp", verdict: "drop" }, "in place"],
      [ping, "in place"],
      [{ ...ping, icmpType: ["timestamp-request", "redirect"] }, "in place"],
      [{ chain: "input", verdict: "log" }, "in place"],
      [{ chain: "input", verdict: "log", logPrefix: "a b: $`'[", logLevel: "crit" }, "in place"],
      [{ ...ping, icmpType: knownIcmpTypes("ipv4") }, "in place"],
      ...LOG_LEVELS.filter((level) => level !== "err").map(
        (logLevel) => [{ chain: "input", verdict: "log", logLevel }, "in place"] as const,
      ),
      [{ chain: "input", verdict: "reject" }, "in place"],
      [{ chain: "input", verdict: "reject", rejectWith: "admin-prohibited" }, "in place"],
    ];
    const changes6: typeof changes = [
      [{ ...six, verdict: "accept", protocol: "icmpv6", icmpType: knownIcmpTypes("ipv6") }, "in place"],
      [{ ...six, rejectWith: "host-unreachable" }, "in place"],
      [{ ...six, rejectWith: "net-unreachable", source: "fd05::/64" }, "in place"],
      [{ ...six, verdict: "accept", protocol: "icmpv6" }, "in place"],
      [
        { ...six, verdict: "accept", protocol: "icmpv6", icmpType: ["nd-redirect", "packet-too-big"] },
        "in place",
      ],
    ];
    for (const [first, rows] of [
      [web, changes],
      [six, changes6],
    ] as const)
      describe(JSON.stringify(first), () => {
        let living: Living;
        before(async () => {
          living = await create(first);
        });
        after(() => living.remove());

        for (const [to, how] of rows)
          it(`→ ${JSON.stringify(to)}: ${how}`, async () => {
            const host = new WatchedHost();
            expect(await become(living, to, host)).to.equal("update");
            expect(host.ran.includes("firewall-cmd --reload")).to.equal(how === "reload");
            expect(await living.refresh()).to.deep.equal([]);
            expect(await become(living, to)).to.equal("nothing");
          });
      });

    it("gets another name with another mark", async () => {
      const living = await create(web);
      living.name = "other";
      expect(await become(living, web)).to.equal("update");
      expect(await living.refresh()).to.deep.equal([]);
      expect(await firewallCmd("--get-policies"))
        .to.include(policyOf("other"))
        .and.not.include(POLICY);
      await living.remove();
    });
  });

  describe("finds changes by hand", () => {
    const rule = { ...web, source: "10.5.0.0/24", destination: "10.6.0.0/24" };
    const log = { chain: "input", verdict: "log", logPrefix: "a-b", logLevel: "info" };
    const reject = { chain: "input", verdict: "reject", rejectWith: "admin-prohibited" };
    /** Another text in its rich rule. */
    const edits: readonly (readonly [path: string, args: Args, from: string, to: string])[] = [
      ["source", rule, "10.5.0.0", "10.5.1.0"],
      ["destination", rule, "10.6.0.0", "10.6.1.0"],
      ["protocol", rule, "tcp", "udp"],
      ["port", rule, "80", "81"],
      ["sourcePort", { ...rule, port: undefined, sourcePort: 80 }, "80", "81"],
      [
        "icmpType",
        { chain: "input", protocol: "icmp", icmpType: "echo-request", verdict: "accept" },
        "echo-request",
        "echo-reply",
      ],
      ["verdict", rule, "accept", "drop"],
      ["rejectWith", reject, "icmp-admin-prohibited", "icmp-host-unreachable"],
      ["logPrefix", log, "a-b", "a-c"],
      ["logLevel", log, "info", "debug"],
    ];
    let living: Living;
    before(async () => {
      living = await create(rule);
    });
    after(() => living.remove());

    const permanently = (...words: string[]) => firewallCmd("--permanent", `--policy=${POLICY}`, ...words);
    const atRunTime = (...words: string[]) => firewallCmd(`--policy=${POLICY}`, ...words);
    const both = (...words: string[]) => permanently(...words).then(() => atRunTime(...words));

    async function restores(path: string, args: Args, seen?: unknown): Promise<void> {
      expect(await living.refresh()).to.deep.equal([path]);
      if (seen !== undefined) expect(living.state[path]).to.deep.equal(seen);
      expect(await become(living, args)).to.equal("update");
      expect(await living.refresh()).to.deep.equal([]);
    }
    for (const [path, args, from, to] of edits) {
      it(path, async () => {
        await become(living, args);
        const [seen = ""] = (await atRunTime("--list-rich-rules")).split("\n");
        // Either place is enough.
        for (const edit of path === "source" ? [both, permanently, atRunTime] : [both]) {
          await edit(`--remove-rich-rule=${seen}`);
          await edit(`--add-rich-rule=${seen.replace(from, to)}`);
          await restores(path, args);
        }
      });
    }

    const hands: readonly (readonly [
      what: string,
      path: string,
      hand: () => Promise<unknown>,
      seen: unknown,
    ])[] = [
      ["another priority", "priority", () => permanently("--set-priority=-9995"), 5],
      [
        "another chain",
        "chain",
        () => permanently("--remove-egress-zone=ANY").then(() => permanently("--add-egress-zone=HOST")),
        "input",
      ],
      [
        "zones that are not a chain",
        "chain",
        () => both("--remove-ingress-zone=ANY").then(() => both("--add-ingress-zone=home")),
        "home to ANY",
      ],
      [
        "an element without an argument",
        "verdict",
        () => both("--add-service=http"),
        "accept (and services: http)",
      ],
      ["a target", "verdict", () => permanently("--set-target=DROP"), "accept (and target: DROP)"],
      [
        "a rule too many",
        "verdict",
        () =>
          both(
            '--add-rich-rule=rule priority="-1" family="ipv4" port port="80" protocol="tcp" accept limit value="3/h"',
          ),
        'accept (and limit value="3/h") (2 too many)',
      ],
      [
        "no rule at run time",
        "verdict",
        () =>
          firewallCmd(
            `--policy=${POLICY}`,
            '--remove-rich-rule=rule priority="-1" family="ipv4" port port="80" protocol="tcp" accept',
          ),
        "accept (1 missing)",
      ],
      [
        "nothing permanent",
        "verdict",
        () => firewallCmd("--permanent", `--delete-policy=${POLICY}`),
        "accept (1 missing)",
      ],
    ];
    for (const [what, path, hand, seen] of hands) {
      it(what, async () => {
        await become(living, web);
        await hand();
        await restores(path, web, seen);
      });
    }

    it("a policy deleted by hand", async () => {
      await firewallCmd("--permanent", `--delete-policy=${POLICY}`);
      await firewallCmd("--reload");
      expect(await living.refresh()).to.deep.equal(["gone"]);
    });
  });

  describe("beside run-time settings of others", () => {
    const theirs = ["--zone=public", "--add-port=8080/tcp"] as const;
    afterEach(() => firewallCmd("--zone=public", "--remove-port=8080/tcp"));

    it("refuses a creation before it touches anything, as a reload would delete them", async () => {
      await firewallCmd(...theirs);
      const before = await firewalld?.picture();
      expect(await failure(create(web))).to.equal(
        "RefusedError: firewalld needs a reload for a new policy, and a reload would change settings of others, because its " +
          "permanent settings differ from those at run time: public ports 8080/tcp (at run time only). Keep those at run time with " +
          "`firewall-cmd --runtime-to-permanent`, or apply the permanent ones with `firewall-cmd --reload`, then try again",
      );
      expect(await firewalld?.picture()).to.equal(before);
    });

    it("does everything without a reload if possible, and a deletion leaves an empty policy to the next reload", async () => {
      const living = await create(web);
      await firewallCmd(...theirs);
      expect(await become(living, { ...web, port: 81 })).to.equal("update");
      await living.remove();
      expect(await living.refresh()).to.deep.equal(["gone"]);
      expect(await firewallCmd("--zone=public", "--list-ports")).to.equal("8080/tcp");
      expect(await firewallCmd(`--policy=${POLICY}`, "--list-rich-rules")).to.equal("");
      // The engine takes up an object that still exists at run time.
      const again = await create(web);
      expect(await again.refresh()).to.deep.equal([]);
      expect(await firewallCmd("--zone=public", "--list-ports")).to.equal("8080/tcp");
      await again.remove();
      await firewallCmd("--reload");
      await firewallCmd(...theirs);
    });
  });

  it("sees every setting that a reload would change, and ignores those that Docker restores", async () => {
    await firewallCmd("--permanent", "--new-zone=docker");
    await firewallCmd("--permanent", "--new-ipset=bad", "--type=hash:ip");
    await firewallCmd("--reload");
    await firewallCmd("--zone=docker", "--add-interface=docker0");
    await (await create(web)).remove();
    const LOST = [
      [["--zone=home", "--add-interface=eth7"], "home interfaces eth7 (at run time only)"],
      [
        ["--zone=home", '--add-rich-rule=rule service name="ftp" drop'],
        'home rich rules rule service name="ftp" drop (at run time only)',
      ],
      [["--policy=allow-host-ipv6", "--add-service=dns"], "allow-host-ipv6 services dns (at run time only)"],
      [["--ipset=bad", "--add-entry=10.66.0.1"], "bad entries 10.66.0.1 (at run time only)"],
      [
        ["--direct", "--add-rule", "ipv4", "filter", "INPUT", "0", "-p", "esp", "-j", "DROP"],
        "ipv4 filter INPUT 0 -p esp -j DROP (at run time only)",
      ],
      [["--permanent", "--zone=home", "--add-port=70/udp"], "home ports 70/udp (permanent only)"],
    ] as const;
    for (const [words] of LOST) await firewallCmd(...words);
    const said = await failure(create(web));
    for (const [, line] of LOST) expect(said).to.include(line);
    await firewalld?.forget();
  });

  it("completes wherever a crash interrupted it, and is deleted from there", async () => {
    for (const changes of [1, 2, 6]) {
      await failure(create(web, "it", crashing(changes)));
      const living = await create(web);
      expect(await living.refresh()).to.deep.equal([]);
      await failure(living.remove(crashing(1)));
      await living.remove();
      await expectClean(`after ${changes}`);
    }
  });

  it("several at once are created and deleted", async () => {
    const numbers = [0, 1, 2];
    const living = await Promise.all(numbers.map((at) => create({ ...web, port: 8000 + at }, `rule-${at}`)));
    for (const one of living) expect(await one.refresh()).to.deep.equal([]);
    await Promise.all(living.map((one) => one.remove()));
  });

  it("leaves a foreign policy of its name alone", async () => {
    const set = (...words: string[]) => firewallCmd("--permanent", ...words);
    await set(`--new-policy=${POLICY}`);
    await set(`--policy=${POLICY}`, "--set-description=theirs");
    await firewallCmd("--reload");
    const before = await firewalld?.picture();
    expect(await failure(create(web))).to.match(/^AlreadyExists: firewall-cmd --permanent --new-policy=pn-/);
    expect(await firewalld?.picture()).to.equal(before);
    await firewalld?.forget();
  });

  it("is found by its mark, with everything needed to remove it", async () => {
    const living = await create({ ...web, family: "ipv6" });
    const { found, gaps } = await discover(localHost);
    expect(gaps).to.deep.equal([]);
    expect(found.map(({ state }) => state)).to.deep.equal([
      {
        namespace: undefined,
        ...{ backend: "firewalld", chain: "forward", family: "ipv6", mark: markFor("FilterRule") },
      },
    ]);
    for (const { definition: kind, state } of found) await engine.remove(kind, localHost, state);
    expect(await living.refresh()).to.deep.equal(["gone"]);
  });

  it("reports that firewalld does not run", async () => {
    await firewalld?.stopDaemon();
    try {
      expect(await failure(create(web))).to.match(
        /^NotRunning: firewall-cmd (--permanent )?--verbose --info-policy=pn-\w+: FirewallD is not running$/,
      );
      // Nobody asks firewalld for its filters then.
      expect((await discover(localHost)).gaps).to.deep.equal([]);
    } finally {
      await firewalld?.restart();
    }
  });
});
