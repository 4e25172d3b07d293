import { expect } from "chai";
import type { Args, Definition } from "../../../../provider/engine/definition";
import { natRule } from "../../../../provider/kinds/natRule/natRule";
import { command } from "../../../../provider/linux/command";
import { localHost } from "../../../../provider/linux/host/local/localHost";
import { markFor } from "../../../support/args";
import { failure, Living, onKernel, typed, WatchedHost } from "../../../support/kernel";
import { fails, pings } from "../../../support/packets";
import { snapshot } from "../../../support/snapshot";

const definition: Definition = natRule;
const create = (given: Args, name = "it", host = localHost) => Living.create(definition, given, name, host);
const nft = (...words: string[]) => localHost.run(command("nft", undefined, words));
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

  /** The first arguments, the next ones, and the engine's operation. */
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
    [masquerade, { ...masquerade, priority: 5 }, "update"],
    [{ ...forward, priority: -5 }, { ...forward, priority: 99 }, "update"],
    [forward, { ...forward, hairpin: "10.9.0.0/24" }, "update"],
    [{ ...forward, hairpin: "10.9.0.0/24" }, { ...forward, hairpin: "10.8.0.0/16", priority: 1 }, "update"],
    [{ ...forward, hairpin: "10.9.0.0/24", to: "10.9.0.2-10.9.0.9" }, forward, "update"],
    // One to one: ports, also equal ones; another length, where the kernel picks; networks.
    [
      { ...forward, port: "8000-8010", to: "10.9.0.2:9000-9010" },
      { ...forward, port: "8000-8010" },
      "update",
    ],
    [
      { ...forward, port: "8000-8010", to: "10.9.0.2:8000-8010" },
      { ...forward, port: "8000-8010", to: "10.9.0.2:9000-9020" },
      "update",
    ],
    [
      { kind: "dnat", destination: "10.8.0.0/24", to: "10.9.0.0/24" },
      { kind: "dnat", destination: "10.8.0.0/24", to: "10.9.0.0-10.9.0.255" },
      "update",
    ],
    [
      { kind: "snat", source: "10.8.0.0/24", to: "10.9.0.0/24" },
      { kind: "snat", source: "10.8.0.0/24", to: "10.7.0.0/24" },
      "update",
    ],
    [
      { kind: "dnat", destination: "fd08::/64", to: "fd09::/64" },
      { kind: "dnat", destination: "fd08::/64", to: "fd07::/64" },
      "update",
    ],
    [
      { kind: "dnat", protocol: "udp", port: "8000-8010", to: "[fd09::2]:9000-9010" },
      { kind: "dnat", protocol: "udp", port: "8000-8010", to: "[fd09::2]:9100-9110", hairpin: "fd09::/64" },
      "update",
    ],
    [forward, { ...forward, routeLocalnet: "lo" }, "replace routeLocalnet"],
    [
      { ...forward, to: "127.0.0.1:80", routeLocalnet: "lo" },
      { ...forward, to: "127.0.0.2:80", routeLocalnet: "lo", priority: 3 },
      "update",
    ],
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

      it("is found complete after a crash", async () => {
        const first = await create({ ...forward, backend });
        const host = new WatchedHost();
        const second = await create({ ...forward, backend }, "it", host);
        expect(host.ran.every((text) => / list | -S$/.test(text))).to.equal(true);
        expect(second.state).to.deep.equal(first.state);
        await second.remove();
      });

      it("coexists with others: ten at once are created and deleted", async () => {
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

  it("works in a namespace, and is deleted with it", async () => {
    await typed("netns add it-nat");
    const living = await create({ ...masquerade, namespace: "it-nat" });
    expect(await living.refresh()).to.deep.equal([]);
    await typed("netns del it-nat");
    expect(await living.refresh()).to.deep.equal(["gone"]);
    await living.remove();
  });

  it("reports changes by hand, and restores the rule", async () => {
    const living = await create(forward);
    const list = await nft("-a", "list", "chain", "ip", TABLE, "output");
    const handle = /tcp dport 8080.*# handle (\d+)/.exec(list)?.[1] ?? "";
    const comment = `"${markFor("NatRule")}"`;
    const byHand = `ip daddr != 127.0.0.0/8 fib daddr type local tcp dport 8081 dnat to 10.9.0.2:80 comment ${comment}`;
    await nft(`replace rule ip ${TABLE} output handle ${handle} ${byHand}`);
    expect(await living.refresh()).to.deep.equal(["port"]);
    expect(await living.become(forward)).to.equal("update");
    expect(await living.refresh()).to.deep.equal([]);

    await nft("flush", "chain", "ip", TABLE, "output");
    expect(await living.refresh()).to.deep.equal(["to"]);
    expect(await living.become(forward)).to.equal("update");
    await living.remove();
  });

  it("leaves foreign rules unchanged, in its own table and elsewhere", async () => {
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

  it("puts the tool's message into the error", async () => {
    expect(await failure(create({ ...masquerade, namespace: "it-nowhere" }))).to.match(
      /^NotFound: ip netns exec it-nowhere nft .*Cannot open network namespace "it-nowhere"/,
    );
  });

  /*
   *   it-in                     host                      it-out
   *   10.9.0.2/24 ------ 10.9.0.1  10.9.1.1 ------ 10.9.1.2/24
   *                        forwards                no way back to 10.9.0.0/24
   */
  describe("packets", () => {
    const PARTS = ["netns add it-in", "netns add it-out"];
    const LINKS = [
      "link add it-v0 type veth peer name eth0 netns it-in",
      "link add it-v1 type veth peer name eth0 netns it-out",
      "address add 10.9.0.1/24 dev it-v0",
      "address add 10.9.1.1/24 dev it-v1",
      "link set it-v0 up",
      "link set it-v1 up",
      "-n it-in address add 10.9.0.2/24 dev eth0",
      "-n it-out address add 10.9.1.2/24 dev eth0",
      "-n it-in link set eth0 up",
      "-n it-out link set eth0 up",
      "-n it-in route add default via 10.9.0.1",
    ];

    const forwarding = (value: string) =>
      localHost.run(command("sysctl", undefined, ["-q", "-w", `net.ipv4.ip_forward=${value}`]));

    beforeEach(async () => {
      for (const line of [...PARTS, ...LINKS]) await typed(line);
      await forwarding("1");
    });
    afterEach(() => forwarding("0"));

    for (const backend of ["nftables", "iptables"]) {
      it(`leave and return by masquerade and by snat: ${backend}`, async () => {
        await fails("it-in", "10.9.1.2")();
        const living = await create({ kind: "masquerade", source: "10.9.0.0/24", backend });
        await pings("it-in", "10.9.1.2")();
        await living.become({ kind: "snat", source: "10.9.0.0/24", to: "10.9.1.1", backend });
        await pings("it-in", "10.9.1.2")();
        await living.remove();
      });

      it(`arrive by an address that stands for an inner one: ${backend}`, async () => {
        await typed("address add 10.9.1.20/24 dev it-v1");
        await fails("it-in", "10.9.1.2")();
        const living = await create({ kind: "dnat", destination: "10.9.1.20", to: "10.9.0.2", backend });
        await typed("-n it-in link set lo up");
        await pings("it-out", "10.9.1.20")();
        await pings(undefined, "10.9.1.20")();
        await living.remove();
      });
    }
  });
});
