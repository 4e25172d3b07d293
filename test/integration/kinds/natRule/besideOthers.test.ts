import { expect } from "chai";
import { z } from "zod";
import type { Args, Definition } from "../../../../provider/engine/definition";
import { natRule } from "../../../../provider/kinds/natRule/natRule";
import { command, type Tool } from "../../../../provider/linux/command";
import type { Host } from "../../../../provider/linux/host/host";
import { localHost } from "../../../../provider/linux/host/local/localHost";
import { parseMark } from "../../../../provider/linux/marks/mark";
import { errorOf, Living, onKernel, typed } from "../../../support/kernel";
import { fails, pings } from "../../../support/packets";

const definition: Definition = natRule;
const namespace = "it-fw";
const BACKENDS = ["nftables", "iptables"] as const;

const create = (given: Args, name = "it", host: Host = localHost) =>
  Living.create(definition, { namespace, ...given }, name, host);

/** A command line in the namespace; the tool gets every word as one argument. */
const typedIn = (tool: Tool, line: string) => localHost.run(command(tool, namespace, line.split(" ")));

const masquerade = { kind: "masquerade", source: "10.9.0.0/24" };
const forward = { kind: "dnat", protocol: "tcp", port: 8080, to: "10.9.0.2:80", hairpin: "10.9.0.0/24" };
const changed = { ...forward, port: "8080-8089", to: "10.9.0.2:9080-9089", priority: -5 };

/** The rules that Docker creates at its start, and for a container with a published port. */
const DOCKER = [
  "-N DOCKER-USER",
  "-N DOCKER-FORWARD",
  "-P FORWARD DROP",
  "-A FORWARD -j DOCKER-USER",
  "-A FORWARD -j DOCKER-FORWARD",
  "-A DOCKER-FORWARD -i docker0 -j ACCEPT",
  "-t nat -N DOCKER",
  "-t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
  "-t nat -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER",
  "-t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE",
  "-t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8081 -j DNAT --to-destination 172.17.0.2:80",
  "-t raw -A PREROUTING -d 172.17.0.2/32 ! -i docker0 -j DROP",
];

/** A reload of firewalld (1.3, backend nftables), which deletes and recreates its rules in one transaction. */
const FIREWALLD = `
table inet firewalld
delete table inet firewalld
table inet firewalld {
  chain nat_PREROUTING {
    type nat hook prerouting priority dstnat + 10; policy accept;
    jump nat_PREROUTING_ZONES
  }
  chain nat_PREROUTING_ZONES { }
  chain nat_POSTROUTING {
    type nat hook postrouting priority srcnat + 10; policy accept;
  }
  chain filter_FORWARD {
    type filter hook forward priority filter + 10; policy accept;
    ct state { established, related } accept
    iifname "lo" accept
    reject with icmpx admin-prohibited
  }
}
`;

const reloadFirewalld = () => localHost.run(command("nft", namespace, ["-f", "-"], FIREWALLD));

const Ruleset = z.object({ nftables: z.array(z.looseObject({})) });

/** The whole rule set, byte for byte, without handles and counters. */
async function rules(): Promise<Readonly<Record<string, string>>> {
  const { nftables } = Ruleset.parse(JSON.parse(await typedIn("nft", "-j list ruleset")));
  const plain = (key: string, value: unknown) => (/^(handle|packets|bytes)$/.test(key) ? undefined : value);
  const saved = async (tool: "iptables" | "ip6tables" | "iptables-legacy") => {
    const tables = ["nat", "filter", "raw"].map((table) => typedIn(tool, `-t ${table} -S`));
    return (await Promise.all(tables)).join("\n");
  };
  return {
    nft: nftables.map((object) => JSON.stringify(object, plain)).join("\n"),
    iptables: await saved("iptables"),
    ip6tables: await saved("ip6tables"),
  };
}

/** The foreign rules of iptables. */
const theirs = async (): Promise<string[]> =>
  `${(await rules())["iptables"]}\n${(await rules())["ip6tables"]}`
    .split("\n")
    .filter((line) => !line.includes("pulumi-netns"));

describe("NatRule beside others, with the kernel", () => {
  onKernel();
  beforeEach(() => typed(`netns add ${namespace}`));

  const others: readonly (readonly [who: string, make: () => Promise<unknown>])[] = [
    [
      "Docker",
      async () => {
        for (const line of DOCKER) await typedIn("iptables", line);
      },
    ],
    ["firewalld", reloadFirewalld],
    [
      "rules of iptables-legacy",
      () => typedIn("iptables-legacy", "-t nat -A POSTROUTING -o eth9 -j MASQUERADE"),
    ],
  ];

  for (const backend of BACKENDS) {
    for (const [who, make] of others) {
      it(`leaves ${who} unchanged, byte for byte: ${backend}`, async () => {
        // The chains of iptables exist from its first use on.
        for (const chain of ["nat PREROUTING", "nat OUTPUT", "nat POSTROUTING", "raw PREROUTING"])
          await typedIn(
            "iptables",
            `-A ${chain.split(" ")[1]} -s 10.99.0.1 -j ACCEPT -t ${chain.split(" ")[0]}`,
          );
        await make();
        const [before, theirsBefore] = [await rules(), await theirs()];

        const one = await create({ ...forward, backend });
        const two = await create({ ...masquerade, backend }, "two");
        const three = await create(
          { ...forward, port: 99, hairpin: false, routeLocalnet: "lo", backend },
          "three",
        );
        expect(await one.become({ namespace, ...changed, backend })).to.equal("update");
        expect(await theirs()).to.deep.equal(theirsBefore);
        for (const living of [one, two, three]) expect(await living.refresh()).to.deep.equal([]);

        for (const living of [one, two, three]) await living.remove();
        expect(await rules()).to.deep.equal(before);
      });
    }
  }

  describe("a reload that deletes rules is noticed, and the rules are recreated", () => {
    const reloads: readonly (readonly [string, (typeof BACKENDS)[number], () => Promise<unknown>])[] = [
      ["iptables -t nat -F", "iptables", () => typedIn("iptables", "-t nat -F")],
      ["nft flush ruleset", "nftables", () => typedIn("nft", "flush ruleset")],
      ["nft flush ruleset", "iptables", () => typedIn("nft", "flush ruleset")],
    ];
    for (const [what, backend, reload] of reloads) {
      it(`${what}: ${backend}`, async () => {
        const args = { namespace, ...forward, routeLocalnet: "lo", backend };
        const living = await create(args);
        const simple = await create({ ...masquerade, backend }, "simple");
        await reload();
        expect(await simple.refresh()).to.deep.equal(["gone"]);
        // `route_localnet` is on without a guard, or with one in another table than the flushed one.
        expect(await living.refresh()).to.deep.equal(["to", "hairpin", "routeLocalnet"]);
        expect(await living.become(args)).to.equal("replace routeLocalnet");
        const anew = await create({ ...masquerade, backend }, "simple");
        for (const one of [living, anew]) expect(await one.refresh()).to.deep.equal([]);
        for (const one of [living, anew]) await one.remove();
        expect(await typedIn("sysctl", "-n net.ipv4.conf.lo.route_localnet")).to.equal("0");
      });
    }

    for (const backend of BACKENDS) {
      it(`a reload of firewalld leaves ours alone: ${backend}`, async () => {
        await reloadFirewalld();
        const living = await create({ ...forward, backend });
        await reloadFirewalld();
        expect(await living.refresh()).to.deep.equal([]);
        await living.remove();
      });
    }
  });

  describe("rules of iptables-legacy", () => {
    const told = async (given: Args) => {
      const warnings: string[] = [];
      const living = await create(given, "it", { ...localHost, warn: (text) => warnings.push(text) });
      await living.remove();
      return warnings;
    };

    for (const backend of BACKENDS) {
      it(`cause a warning once a rule is created: ${backend}`, async () => {
        await typedIn("iptables-legacy", "-t nat -A POSTROUTING -o eth9 -j MASQUERADE");
        const [warning = "", ...more] = await told({ ...masquerade, backend });
        expect(more).to.deep.equal([]);
        expect(warning).to.match(
          /^iptables-legacy has 1 NAT rule in it-fw, which also applies, maybe before ours: see `iptables-legacy -t nat -S`, and keep to one of the two$/,
        );
        expect(await told({ kind: "masquerade", source: "fd09::/64", backend })).to.deep.equal([]);
      });

      it(`cause none if only an empty table is left, or nothing: ${backend}`, async () => {
        expect(await told({ ...masquerade, backend })).to.deep.equal([]);
        await typedIn("iptables-legacy", "-t nat -S");
        expect(await told({ ...masquerade, backend })).to.deep.equal([]);
      });
    }
  });

  describe("order", () => {
    const names = (texts: readonly string[]) =>
      texts.flatMap((text) => (text.includes("it-theirs") ? "theirs" : (parseMark(text)?.name ?? [])));

    async function ordered(backend: string): Promise<string[]> {
      if (backend === "iptables") {
        const listed = await typedIn("iptables", "-t nat -S PREROUTING");
        const marks = listed.matchAll(/it-theirs|pulumi-netns:[^,"\s]*/g);
        return names([...marks].map(([mark]) => mark));
      }
      const Listing = z.object({
        nftables: z.array(
          z.object({
            chain: z
              .object({ name: z.string(), prio: z.number().optional(), hook: z.string().optional() })
              .optional(),
            rule: z.object({ chain: z.string(), comment: z.string().optional() }).optional(),
          }),
        ),
      });
      const { nftables } = Listing.parse(JSON.parse(await typedIn("nft", "-j list ruleset ip")));
      const chains = nftables.flatMap(({ chain }) => (chain?.hook === "prerouting" ? chain : []));
      const rules = nftables.flatMap(({ rule }) => rule ?? []);
      const sorted = chains.sort((a, b) => (a.prio ?? 0) - (b.prio ?? 0));
      return names(
        sorted.flatMap(({ name }) =>
          rules.filter(({ chain }) => chain === name).map(({ comment = "" }) => comment),
        ),
      );
    }

    const theirRule: Readonly<Record<string, () => Promise<unknown>>> = {
      iptables: () => typedIn("iptables", "-t nat -A PREROUTING -m comment --comment it-theirs -j ACCEPT"),
      nftables: async () => {
        await typedIn("nft", "add table ip other");
        await typedIn("nft", "add chain ip other first { type nat hook prerouting priority -100; }");
        await typedIn("nft", 'add rule ip other first accept comment "it-theirs"');
      },
    };

    for (const backend of BACKENDS) {
      it(`follows priority, then creation; an update keeps the place: ${backend}`, async () => {
        await theirRule[backend]?.();
        const rule = (port: number, priority: number) => ({
          ...{ kind: "dnat", protocol: "tcp", port, to: "10.9.0.2", inInterface: "eth0", backend, priority },
        });
        const living: Living[] = [];
        for (const [name, priority] of [
          ["a", 0],
          ["b", 5],
          ["c", -5],
          ["d", 0],
          ["e", -9],
          ["f", -5],
          ["g", 5],
        ] as const)
          living.push(await create(rule(80, priority), name));
        const order = ["e", "c", "f", "theirs", "a", "d", "b", "g"];
        expect(await ordered(backend)).to.deep.equal(order);

        for (const one of living.slice(0, 3))
          expect(await one.become({ namespace, ...rule(81, Number(one.args["priority"])) })).to.equal(
            "update",
          );
        expect(await ordered(backend)).to.deep.equal(order);

        expect(await living[0]?.become({ namespace, ...rule(81, 9) })).to.equal("update");
        expect(await ordered(backend)).to.deep.equal(["e", "c", "f", "theirs", "d", "b", "g", "a"]);
        for (const one of living) await one.remove();
        expect(await ordered(backend)).to.deep.equal(["theirs"]);
      });
    }
  });

  describe("open connections", () => {
    const entry = (protocol: string, destination: string, port: number) =>
      `-p ${protocol} -s 10.9.0.2 -d ${destination} --sport 4000 --dport ${port}`;

    async function remember(): Promise<void> {
      for (const words of [entry("udp", "10.9.1.2", 53), entry("udp", "10.9.1.2", 54)])
        await typedIn("conntrack", `-I ${words} -t 100 -u SEEN_REPLY`);
      await typedIn(
        "conntrack",
        `-I ${entry("tcp", "10.9.1.2", 53)} -t 100 --state ESTABLISHED -u SEEN_REPLY`,
      );
      await typedIn(
        "conntrack",
        "-I -p udp -s 10.8.0.2 -d 10.9.1.2 --sport 1 --dport 53 -t 100 -u SEEN_REPLY",
      );
    }

    async function known(): Promise<string[]> {
      const listed = await typedIn("conntrack", "-L -f ipv4");
      const found = listed.matchAll(/^(\w+) .*?src=(\S+) .*?dport=(\d+)/gm);
      return [...found].map(([, ...words]) => words.join(" ")).sort();
    }

    const all = ["tcp 10.9.0.2 53", "udp 10.8.0.2 53", "udp 10.9.0.2 53", "udp 10.9.0.2 54"];
    const cases: readonly (readonly [Args, left: readonly string[]])[] = [
      [masquerade, ["tcp 10.9.0.2 53", "udp 10.8.0.2 53"]],
      [{ kind: "redirect", protocol: "udp", port: 53, to: 5353 }, ["tcp 10.9.0.2 53", "udp 10.9.0.2 54"]],
      [
        { kind: "redirect", protocol: "udp", port: [54, 55], to: 5353 },
        all.filter((one) => !one.endsWith("54")),
      ],
      [{ kind: "dnat", protocol: "tcp", port: 53, to: "10.9.0.3" }, all],
      [{ kind: "dnat", destination: "10.9.9.9", to: "10.9.0.3" }, all],
    ];
    for (const backend of BACKENDS) {
      for (const [given, left] of cases) {
        it(`${JSON.stringify(given)} ends those that it matches, when it is created and when it is deleted: ${backend}`, async () => {
          await remember();
          expect(await known()).to.deep.equal(all);
          const living = await create({ ...given, backend });
          expect(await known()).to.deep.equal(left);
          await typedIn("conntrack", "-F");
          await remember();
          await living.remove();
          expect(await known()).to.deep.equal(left);
        });
      }
    }
  });

  /* it-fw 10.9.0.1/24, fd09::1/64 --- it-near 10.9.0.2/24, for which 127.0.0.1 is there */
  describe("localhost and hairpin", () => {
    const localnet = () => typedIn("sysctl", "-n net.ipv4.conf.lan.route_localnet");
    beforeEach(async () => {
      await typed("netns add it-near");
      for (const line of [
        "link add lan type veth peer name eth0 netns it-near",
        "address add 10.9.0.1/24 dev lan",
        "address add fd09::1/64 dev lan nodad",
        "link set lo up",
        "link set lan up",
      ])
        await typed(line, namespace);
      for (const line of ["address add 10.9.0.2/24 dev eth0", "link set eth0 up"])
        await typed(line, "it-near");
      await localHost.run(command("sysctl", "it-near", ["-q", "-w", "net/ipv4/conf/eth0/route_localnet=1"]));
      await typed("route add 127.0.0.1 via 10.9.0.1", "it-near");
    });

    const open = { kind: "dnat", protocol: "tcp", port: 80, to: "127.0.0.1:8080", routeLocalnet: "lan" };

    for (const backend of BACKENDS) {
      it(`keeps neighbours away from localhost, which needs a guard: ${backend}`, async () => {
        await fails("it-near", "127.0.0.1")();
        const living = await create({ ...open, backend });
        expect(await localnet()).to.equal("110");
        await fails("it-near", "127.0.0.1")();
        if (backend === "nftables") await typedIn("nft", "flush chain ip pulumi-netns/project/stack raw");
        else await typedIn("iptables", "-t raw -F");
        await pings("it-near", "127.0.0.1")();
        expect(await living.refresh()).to.deep.equal(["routeLocalnet"]);
        expect(await living.become({ namespace, ...open, backend })).to.equal("replace routeLocalnet");
        await fails("it-near", "127.0.0.1")();
        await living.remove();
        expect(await localnet()).to.equal("0");
      });
    }

    it("shares the parameter across both backends, and the last one restores it", async () => {
      const one = await create({ ...open, backend: "nftables" }, "one");
      const two = await create({ ...open, port: 81, backend: "iptables" }, "two");
      const three = await create({ ...open, port: 82, backend: "iptables" }, "three");
      await one.remove();
      expect(await localnet()).to.equal("110");
      await Promise.all([two.remove(), three.remove()]);
      expect(await localnet()).to.equal("0");
    });

    for (const [where, kind] of [
      ["one run", definition],
      ["two runs", { ...definition, serialize: () => [] }],
    ] as const) {
      it(`keeps the parameter on for one that is created while another is deleted: ${where}`, async () => {
        for (let round = 0; round < 5; round++) {
          const going = await create({ ...open, backend: "nftables" }, "going");
          const args = { ...open, namespace, port: 81, backend: "iptables" };
          const [coming] = await Promise.all([Living.create(kind, args, "coming"), going.remove()]);
          expect(await coming.refresh()).to.deep.equal([]);
          expect(await localnet()).to.equal("110");
          await coming.remove();
          expect(await localnet()).to.equal("0");
        }
      });
    }

    it("keeps the parameter on if it was on before", async () => {
      await typedIn("sysctl", "-q -w net.ipv4.conf.lan.route_localnet=1");
      const living = await create(open);
      expect(await living.refresh()).to.deep.equal([]);
      await living.remove();
      expect(await localnet()).to.equal("1");
    });

    it("warns if somebody switches it off", async () => {
      const living = await create(open);
      await typedIn("sysctl", "-q -w net.ipv4.conf.lan.route_localnet=0");
      expect(await living.refresh()).to.deep.equal(["routeLocalnet"]);
      expect(await living.become({ namespace, ...open })).to.equal("replace routeLocalnet");
      expect(await living.refresh()).to.deep.equal([]);
      await living.remove();
      expect(await localnet()).to.equal("0");
    });

    for (const [to, other] of [
      ["10.9.0.2:80", "10.9.0.0/24"],
      ["[fd09::2]:80", "fd09::/64"],
    ] as const) {
      it(`finds the network of ${to}, and reports when it is another one`, async () => {
        const args = { ...forward, to, hairpin: true };
        const living = await create(args);
        expect(await typedIn("nft", "list ruleset")).to.match(
          new RegExp(`ct status dnat ip6? saddr ${other}`),
        );
        expect(await living.refresh()).to.deep.equal([]);
        const [wide, narrow] = to.includes("fd09")
          ? ["fd09::1/64", "fd09::1/48"]
          : ["10.9.0.1/24", "10.9.0.1/16"];
        await typed(`address del ${wide} dev lan`, namespace);
        expect(await living.refresh()).to.deep.equal([]);
        await typed(`address add ${narrow} dev lan`, namespace);
        expect(await living.refresh()).to.deep.equal(["hairpin"]);
        expect(living.state["hairpin"]).to.equal(other);
        expect(await living.become({ namespace, ...args })).to.equal("update");
        expect(await living.refresh()).to.deep.equal([]);
        await living.remove();
      });
    }

    it("asks for the network if none of the host's own contains the target", async () => {
      expect(String(await errorOf(create({ ...forward, to: "10.8.0.2:80", hairpin: true })))).to.match(
        /^RefusedError: it-fw\/dnat .*: hairpin is true, but it-fw has no address in the network of 10\.8\.0\.2:80 yet: create that address first \(`dependsOn`\), or name the network$/,
      );
    });
  });
});
