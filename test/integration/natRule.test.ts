import { expect } from "chai";
import { execa } from "execa";
import { type Command, command } from "../../provider/command";
import type { Args, Definition } from "../../provider/definition";
import * as engine from "../../provider/engine";
import type { Host } from "../../provider/host/host";
import { localHost } from "../../provider/host/local";
import { parseRules } from "../../provider/parse/iptables";
import { natRule } from "../../provider/resources/natRule";
import { markFor } from "../support/args";
import { failure, Living, onKernel, skip, typed, WatchedHost } from "../support/kernel";
import { ask, whileServing } from "../support/nat";
import { fails, pings } from "../support/packets";
import { snapshot } from "../support/snapshot";

const definition: Definition = natRule;
const create = (given: Args, name = "it", host = localHost) => Living.create(definition, given, name, host);
const nft = (...words: string[]) => localHost.run(command("nft", undefined, words));
const iptables = (...words: string[]) =>
  localHost.run(command("iptables", undefined, ["-t", "nat", ...words]));
const ruleset = async () => (await snapshot())["ruleset"] ?? "";
const TABLE = "pulumi-netns/project/stack";

describe("NatRule, with the kernel", () => {
  onKernel();
  let clean: string;
  before(async () => {
    clean = await ruleset();
  });
  afterEach(async () => expect(await ruleset()).to.equal(clean));

  const masquerade = { kind: "masquerade", source: "10.9.0.0/24" };
  const forward = { kind: "dnat", protocol: "tcp", port: 8080, to: "10.9.0.2:80" };

  /** What is there first, what it becomes, and what the engine says of it. */
  const changes: readonly (readonly [from: Args, to: Args, effect: string])[] = [
    [masquerade, { ...masquerade, source: "10.9.1.0/24" }, "update"],
    [masquerade, { ...masquerade, destination: "0.0.0.0/0" }, "update"],
    [masquerade, { ...masquerade, outInterface: "eth0" }, "update"],
    [{ ...masquerade, outInterface: "eth0" }, { ...masquerade, outInterface: "!veth*" }, "update"],
    [masquerade, { ...masquerade, protocol: "icmp" }, "update"],
    [masquerade, { kind: "snat", source: "10.9.0.0/24", to: "10.9.9.9" }, "replace kind, destination, to"],
    [forward, { ...forward, port: "8080-8090" }, "update"],
    [forward, { ...forward, port: [8080, 9090] }, "update"],
    [forward, { ...forward, sourcePort: "1024-65535" }, "update"],
    [forward, { ...forward, protocol: "udp" }, "update"],
    [forward, { ...forward, to: "10.9.0.2-10.9.0.9:80-90" }, "update"],
    [forward, { ...forward, destination: "10.9.9.9" }, "update"],
    [forward, { ...forward, inInterface: "eth0" }, "update"],
    [forward, { kind: "redirect", protocol: "tcp", port: 8080, to: 80 }, "replace kind, to"],
    [{ kind: "masquerade", source: "fd09::/64" }, { kind: "masquerade", source: "fd09:1::/64" }, "update"],
    [
      { kind: "dnat", protocol: "tcp", port: 80, to: "[fd09::2]:80" },
      { kind: "dnat", protocol: "tcp", port: 80, to: "[fd09::3]:80" },
      "update",
    ],
    [masquerade, { kind: "masquerade", source: "fd09::/64" }, "replace family, source, destination"],
  ];

  for (const backend of ["nftables", "iptables"]) {
    describe(backend, () => {
      for (const [from, to, effect] of changes) {
        it(`${JSON.stringify(from)} → ${JSON.stringify(to)}: ${effect}`, async () => {
          const living = await create({ ...from, backend });
          expect(await living.refresh()).to.deep.equal([]);
          expect(await living.become({ ...from, backend })).to.equal("nothing");

          expect((await living.become({ ...to, backend })).split(" ")[0]).to.equal(effect.split(" ")[0]);
          expect(await living.refresh()).to.deep.equal([]);

          await living.remove();
          expect(await living.refresh()).to.deep.equal(["gone"]);
          await living.remove();
        });
      }

      it("is adopted with nothing to do where a crash left it", async () => {
        const first = await create({ ...forward, backend });
        const host = new WatchedHost();
        const second = await create({ ...forward, backend }, "it", host);
        expect(host.ran.every((text) => / list | -S$/.test(text))).to.equal(true);
        expect(second.state).to.deep.equal(first.state);
        await second.remove();
      });

      it("lives beside others: ten at once come and go", async () => {
        const numbers = Array.from({ length: 10 }, (_, at) => at);
        const living = await Promise.all(
          numbers.map((at) => create({ ...forward, port: 8000 + at, backend }, `rule-${at}`)),
        );
        for (const one of living) expect(await one.refresh()).to.deep.equal([]);
        await Promise.all(living.map((one) => one.remove()));
      });
    });
  }

  it("replaces the backend", async () => {
    const living = await create(masquerade);
    expect(await living.become({ ...masquerade, backend: "iptables" })).to.equal("replace backend");
    await living.remove();
  });

  it("works in a namespace, and is gone with it", async () => {
    await typed("netns add it-nat");
    const living = await create({ ...masquerade, namespace: "it-nat" });
    expect(await living.refresh()).to.deep.equal([]);
    await typed("netns del it-nat");
    expect(await living.refresh()).to.deep.equal(["gone"]);
    await living.remove();
  });

  describe("says what was changed by hand, and mends it", () => {
    const full = {
      ...{ kind: "snat", source: "10.9.0.0/24", destination: "10.9.5.0/24", outInterface: "eth0" },
      ...{ protocol: "udp", port: 53, sourcePort: "1024-2047", to: "10.9.9.9" },
    };
    const inwards = { ...forward, inInterface: "eth0" };

    /** What a rule of nft is altered to, of iptables likewise, and the fields that this shows in. */
    const alterations: readonly (readonly [
      given: Args,
      nft: readonly [string | RegExp, string],
      iptables: readonly [string | RegExp, string],
      ...fields: string[],
    ])[] = [
      [full, ["saddr 10.9.0.0/24", "saddr 10.9.0.0/25"], ["-s 10.9.0.0/24", "-s 10.9.0.0/25"], "source"],
      [full, ["daddr 10.9", "daddr != 10.9"], ["-d 10.9", "! -d 10.9"], "destination"],
      [full, ["ip daddr 10.9.5.0/24", ""], ["-d 10.9.5.0/24", ""], "destination"],
      [full, ['oifname "eth0"', 'oifname "eth*"'], ["-o eth0", "-o eth+"], "outInterface"],
      [inwards, ['iifname "eth0"', 'iifname != "eth0"'], ["-i eth0", "! -i eth0"], "inInterface"],
      [full, [/udp/g, "tcp"], [/udp/g, "tcp"], "protocol"],
      [full, ["dport 53", "dport 54"], ["--dport 53", "--dport 54"], "port"],
      [full, ["1024-2047", "1024-2048"], ["1024:2047", "1024:2048"], "sourcePort"],
      [full, ["to 10.9.9.9", "to 10.9.9.8"], ["10.9.9.9", "10.9.9.8"], "to"],
      [inwards, ["10.9.0.2:80", "10.9.0.2:81"], ["10.9.0.2:80", "10.9.0.2:81"], "to"],
      [full, ["snat to 10.9.9.9", "masquerade"], ["SNAT --to-source 10.9.9.9", "MASQUERADE"], "kind", "to"],
      [full, ["snat to 10.9.9.9", "accept"], ["SNAT --to-source 10.9.9.9", "ACCEPT"], "to"],
      [full, ["snat", "counter snat"], ["-j SNAT", "-m mark --mark 1 -j SNAT"], "to"],
      [full, ["10.9.9.9", "10.9.9.9 random"], [/$/, " --random"], "to"],
      [inwards, ["fib daddr type local", ""], ["-m addrtype --dst-type LOCAL", ""], "destination"],
      [inwards, ["ip daddr != 127.0.0.0/8", ""], ["! -d 127.0.0.0/8", ""], "destination", "to"],
    ];

    const byHand = {
      async nftables([from, to]: readonly [string | RegExp, string]) {
        const table = await nft("-a", "list", "table", "ip", TABLE);
        const [, chain] = /hook (\w+)/.exec(table) ?? [];
        const [, rule, handle] = /^\s*(.* comment .*) # handle (\d+)$/m.exec(table) ?? [];
        await nft(`replace rule ip ${TABLE} ${chain} handle ${handle} ${rule?.replace(from, to)}`);
      },
      async iptables([from, to]: readonly [string | RegExp, string]) {
        const listing = await iptables("-S");
        const [own] = parseRules(listing).filter(({ comment }) => comment === markFor("NatRule"));
        const line = listing.split("\n").find((text) => text.includes(markFor("NatRule")));
        const [altered] = parseRules(line?.replace(from, to));
        await iptables("-D", own?.chain ?? "", ...(own?.words ?? []));
        await iptables("-A", altered?.chain ?? "", ...(altered?.words ?? []));
      },
    };

    for (const [given, inNft, inIptables, ...fields] of alterations) {
      for (const [backend, change] of [
        ["nftables", inNft],
        ["iptables", inIptables],
      ] as const) {
        it(`${backend}: ${change[0]} → ${change[1] || "nothing"} is ${fields.join(" and ")}`, async () => {
          const living = await create({ ...given, backend });
          await byHand[backend](change);
          expect(await living.refresh()).to.deep.equal(fields);
          const effect = fields.includes("kind") ? "replace kind" : "update";
          expect(await living.become({ ...given, backend })).to.equal(effect);
          expect(await living.refresh()).to.deep.equal([]);
          await living.remove();
        });
      }
    }

    it("one rule of two altered, and then gone", async () => {
      const living = await create(forward);
      const list = await nft("-a", "list", "chain", "ip", TABLE, "output");
      const handle = /tcp dport 8080.*# handle (\d+)/.exec(list)?.[1] ?? "";
      const comment = `"${markFor("NatRule")}"`;
      const altered = `ip daddr != 127.0.0.0/8 fib daddr type local tcp dport 8081 dnat to 10.9.0.2:80 comment ${comment}`;
      await nft(`replace rule ip ${TABLE} output handle ${handle} ${altered}`);
      expect(await living.refresh()).to.deep.equal(["port"]);
      expect(await living.become(forward)).to.equal("update");
      expect(await living.refresh()).to.deep.equal([]);

      await nft("flush", "chain", "ip", TABLE, "output");
      expect(await living.refresh()).to.deep.equal(["to"]);
      expect(living.state["to"]).to.equal("10.9.0.2:80 (nothing in output)");
      // What is seen does not change by being looked at.
      const { state } = living;
      expect(await living.refresh()).to.deep.equal(["to"]);
      expect(living.state).to.deep.equal(state);
      expect(await living.become(forward)).to.equal("update");
      await living.remove();
    });

    it("a rule twice, as a crash between two commands of iptables leaves it", async () => {
      const living = await create({ ...masquerade, backend: "iptables" });
      const [own] = parseRules(await iptables("-S"));
      await iptables("-A", own?.chain ?? "", ...(own?.words ?? []));
      expect(await living.refresh()).to.deep.equal(["to"]);
      expect(living.state["to"]).to.equal("(one too many in postrouting)");
      expect(await living.become({ ...masquerade, backend: "iptables" })).to.equal("update");
      expect(parseRules(await iptables("-S"))).to.deep.equal([own]);
      await living.remove();
    });

    for (const backend of ["nftables", "iptables"] as const) {
      it(`${backend}: all of it gone`, async () => {
        const living = await create({ ...forward, backend });
        if (backend === "nftables") await nft("delete", "table", "ip", TABLE);
        else await iptables("-F");
        expect(await living.refresh()).to.deep.equal(["gone"]);
        await living.remove();
      });
    }
  });

  it("keeps its place among the rules when it is changed", async () => {
    const [first, second] = [await create(masquerade, "first"), await create(masquerade, "second")];
    await first.become({ ...masquerade, source: "10.9.1.0/24" });
    const table = await nft("list", "table", "ip", TABLE);
    expect(table.indexOf("stack/first")).to.be.below(table.indexOf("stack/second"));
    await first.remove();
    await second.remove();
  });

  it("moves to another table with its stack's name", async () => {
    const living = await create(forward);
    const mark = String(living.args["mark"]).replace("/stack/", "/renamed/");
    expect(engine.diff(definition, living.state, { ...living.args, mark }).replaces).to.deep.equal([]);
    const { state } = await engine.update(definition, localHost, living.state, { ...living.args, mark });
    expect(state["table"]).to.equal("pulumi-netns/project/renamed");
    expect(await ruleset())
      .to.include("table ip pulumi-netns/project/renamed")
      .and.not.include(TABLE);
    await engine.remove(definition, localHost, state);
  });

  it("is at home with iptables-legacy too", async function () {
    const legacy: Host = {
      async run(given: Command) {
        if (!given.tool.endsWith("tables")) return localHost.run(given);
        const { stdout } = await execa(`/usr/sbin/${given.tool}-legacy`, given.args, {
          env: { LC_ALL: "C" },
        });
        return stdout;
      },
    };
    const probe = command("iptables", undefined, ["-t", "nat", "-S"]);
    const before = await legacy.run(probe).catch(() => skip(this, "no iptables-legacy here"));
    const living = await create({ ...forward, backend: "iptables" }, "it", legacy);
    expect(await living.become({ ...forward, port: [8080, 9090], backend: "iptables" }, legacy)).to.equal(
      "update",
    );
    expect(parseRules(await legacy.run(probe))).to.have.length(2);
    await living.remove(legacy);
    expect(await legacy.run(probe)).to.equal(before);
  });

  it("leaves the rules of others as they are among those of iptables", async () => {
    await iptables("-N", "IT-THEIRS");
    await iptables(
      "-A",
      "PREROUTING",
      "-p",
      "tcp",
      "--dport",
      "8080",
      "-m",
      "comment",
      "--comment",
      "two words",
      "-j",
      "IT-THEIRS",
    );
    await iptables("-A", "POSTROUTING", "-s", "10.9.0.0/24", "-j", "MASQUERADE");
    const theirs = await iptables("-S");
    const [one, other] = [
      await create({ ...masquerade, backend: "iptables" }, "one"),
      await create({ ...forward, backend: "iptables" }, "other"),
    ];
    await one.become({ ...masquerade, outInterface: "eth0", backend: "iptables" });
    await one.remove();
    await other.remove();
    expect(await iptables("-S")).to.equal(theirs);
    await iptables("-F");
    await iptables("-X", "IT-THEIRS");
  });

  it("leaves the rules of others as they are, in its own table and elsewhere", async () => {
    await nft("add table ip it_theirs; add chain ip it_theirs c; add rule ip it_theirs c counter accept");
    const theirs = await ruleset();
    const living = await create(masquerade);
    await nft(`add rule ip ${TABLE} postrouting counter accept comment "theirs"`);
    await living.remove();
    expect(await nft("list", "table", "ip", TABLE)).to.include('comment "theirs"');
    await nft("delete", "table", "ip", TABLE);
    expect(await ruleset()).to.equal(theirs);
    await nft("delete", "table", "ip", "it_theirs");
  });

  it("puts the words of the tool into the error", async () => {
    expect(await failure(create({ ...masquerade, namespace: "it-nowhere" }))).to.match(
      /^NotFound: ip netns exec it-nowhere nft .*Cannot open network namespace "it-nowhere"/,
    );
  });

  /*
   *   it-in                     host                      it-out
   *   10.9.0.2/24 ------ 10.9.0.1  10.9.1.1 ------ 10.9.1.2/24
   *   fd09::2/64         fd09::1   fd09:1::1       fd09:1::2/64
   *                        forwards                no way back to 10.9.0.0/24 and fd09::/64
   */
  describe("packets", () => {
    const LINKS = [
      "netns add it-in",
      "netns add it-out",
      "link add it-v0 type veth peer name eth0 netns it-in",
      "link add it-v1 type veth peer name eth0 netns it-out",
      "address add 10.9.0.1/24 dev it-v0",
      "address add 10.9.1.1/24 dev it-v1",
      "address add fd09::1/64 dev it-v0 nodad",
      "address add fd09:1::1/64 dev it-v1 nodad",
      "link set it-v0 up",
      "link set it-v1 up",
      "-n it-in address add 10.9.0.2/24 dev eth0",
      "-n it-out address add 10.9.1.2/24 dev eth0",
      "-n it-in address add fd09::2/64 dev eth0 nodad",
      "-n it-out address add fd09:1::2/64 dev eth0 nodad",
      "-n it-in link set lo up",
      "-n it-in link set eth0 up",
      "-n it-out link set eth0 up",
      "-n it-in route add default via 10.9.0.1",
      "-n it-in route add default via fd09::1",
    ];

    const forwarding = (value: string) =>
      localHost.run(
        command("sysctl", undefined, [
          ...["-q", "-w", `net.ipv4.ip_forward=${value}`, `net.ipv6.conf.all.forwarding=${value}`],
        ]),
      );

    beforeEach(async () => {
      for (const line of LINKS) await typed(line);
      await forwarding("1");
    });
    afterEach(() => forwarding("0"));

    const FAMILIES = [
      {
        ...{ family: "ipv4", net: "10.9.0.0/24", inside: "10.9.0.2", outside: "10.9.1.2", own: "10.9.1.1" },
        ...{ other: "10.9.1.20", loopback: "127.0.0.1", any: "0.0.0.0", inBrackets: "10.9.0.2" },
      },
      {
        ...{ family: "ipv6", net: "fd09::/64", inside: "fd09::2", outside: "fd09:1::2", own: "fd09:1::1" },
        ...{ other: "fd09:1::20", loopback: "::1", any: "::", inBrackets: "[fd09::2]" },
      },
    ];

    for (const backend of ["nftables", "iptables"]) {
      for (const { family, net, inside, outside, own, other, loopback, any, inBrackets } of FAMILIES) {
        const server = (name: string, address: string, port: number, namespace?: string) =>
          ({ name, address, port, protocol: "tcp", ...(namespace && { namespace }) }) as const;

        it(`leave with the source they are given: ${backend}, ${family}`, async () => {
          const servers = [server("outside", any, 80, "it-out"), server("inside", any, 80, "it-in")];
          await typed(`address add ${other} dev it-v1`);
          await whileServing(servers, async () => {
            expect(await ask("it-in", "tcp", outside, 80)).to.equal("nothing");
            const living = await create({ kind: "masquerade", source: net, backend });
            expect(await ask("it-in", "tcp", outside, 80)).to.match(/^outside (10\.9\.1\.|fd09:1::)/);
            await living.become({ kind: "snat", source: net, to: other, backend });
            expect(await ask("it-in", "tcp", outside, 80)).to.equal(`outside ${other}`);
            await living.become({ kind: "snat", source: net, to: other, outInterface: "it-v0", backend });
            expect(await ask("it-in", "tcp", outside, 80)).to.equal("nothing");
            await living.remove();
          });
        });

        it(`come in by a port, and nothing else does: ${backend}, ${family}`, async () => {
          const servers = [
            server("inside", any, 80, "it-in"),
            server("outside", any, 8080, "it-out"),
            server("host", loopback, 8080),
          ];
          await whileServing(servers, async () => {
            const out = await create({ kind: "masquerade", source: net, backend }, "out");
            const living = await create({ ...forward, to: `${inBrackets}:80`, backend });
            expect(await ask("it-out", "tcp", own, 8080)).to.equal(`inside ${outside}`);
            expect(await ask(undefined, "tcp", own, 8080)).to.match(/^inside /);
            expect(await ask(undefined, "tcp", loopback, 8080)).to.equal(`host ${loopback}`);
            // On its way through the host to the same port elsewhere.
            expect(await ask("it-in", "tcp", outside, 8080)).to.match(/^outside /);

            await living.become({ ...forward, to: `${inBrackets}:80`, inInterface: "it-v0", backend });
            expect(await ask("it-out", "tcp", own, 8080)).to.equal("nothing");
            await living.remove();
            await out.remove();
          });
        });

        it(`come in by an address that stands for the inside: ${backend}, ${family}`, async () => {
          await typed(`address add ${other} dev it-v1`);
          await whileServing([server("inside", any, 80, "it-in")], async () => {
            const living = await create({ kind: "dnat", destination: other, to: inside, backend });
            expect(await ask("it-out", "tcp", other, 80)).to.equal(`inside ${outside}`);
            expect(await ask(undefined, "tcp", other, 80)).to.match(/^inside /);
            expect(await ask("it-out", "tcp", own, 80)).to.equal("nothing");
            await living.remove();
          });
        });

        it(`go to a port of the host, whoever they were for: ${backend}, ${family}`, async () => {
          const dns = { name: "host", protocol: "udp", address: any, port: 5353 } as const;
          await whileServing([dns], async () => {
            const living = await create({
              ...{ kind: "redirect", protocol: "udp", port: 53, to: 5353, family, backend },
            });
            expect(await ask("it-out", "udp", own, 53)).to.equal(`host ${outside}`);
            expect(await ask("it-in", "udp", outside, 53)).to.equal(`host ${inside}`);
            await living.remove();
            expect(await ask("it-out", "udp", own, 53)).to.equal("nothing");
          });
        });
      }

      it(`of ping too: ${backend}`, async () => {
        await typed("address add 10.9.1.20/24 dev it-v1");
        await fails("it-in", "10.9.1.2")();
        const living = await create({ kind: "masquerade", source: "10.9.0.0/24", backend });
        await pings("it-in", "10.9.1.2")();
        await living.become({
          kind: "dnat",
          protocol: "icmp",
          destination: "10.9.1.20",
          to: "10.9.0.2",
          backend,
        });
        await pings("it-out", "10.9.1.20")();
        await pings(undefined, "10.9.1.20")();
        await living.remove();
      });
    }
  });
});
