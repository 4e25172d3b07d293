import { expect } from "chai";
import { execa } from "execa";
import type { Args, Definition } from "../../../provider/engine/definition";
import * as engine from "../../../provider/engine/lifecycle";
import { filterRule } from "../../../provider/kinds/filterRule/filterRule";
import { natRule } from "../../../provider/kinds/natRule/natRule";
import { type Command, printCommand } from "../../../provider/linux/command";
import { CommandError, reasonOf } from "../../../provider/linux/errors";
import type { Host } from "../../../provider/linux/host/host";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { splitWords } from "../../../provider/linux/read/iptables";
import { checked } from "../../support/args";

const NAMESPACE = "it-together";
const COUNT = 40;
const TABLE = "pulumi-netns/project/stack";

/** Without batches, which a test could not observe. */
const { runAll: _, ...plain } = localHost;

/** A host that counts commands and can refuse some. */
function watched(isRefused: (command: Command) => boolean = () => false) {
  const ran: string[] = [];
  const run: Host["run"] = async (command) => {
    ran.push(printCommand(command));
    if (isRefused(command)) throw new CommandError("Failed", command, "refused");
    return localHost.run(command);
  };
  return { ran, host: { ...plain, run } satisfies Host };
}

const nft = async (...args: string[]): Promise<string> =>
  (await execa("ip", ["netns", "exec", NAMESPACE, "nft", ...args])).stdout;

const kinds: readonly (readonly [
  definition: Definition,
  argsOf: (name: number, more?: object) => Args,
  chain: string,
])[] = [
  [
    filterRule,
    (name, more = {}) =>
      checked(
        filterRule,
        {
          ...{ namespace: NAMESPACE, chain: "input", verdict: "drop", protocol: "tcp", port: 1000 + name },
          ...{ priority: (name * 7) % 5, ...more },
        },
        `rule-${name}`,
      ),
    "filter-input",
  ],
  [
    natRule,
    (name, more = {}) =>
      checked(
        natRule,
        {
          ...{ namespace: NAMESPACE, kind: "dnat", protocol: "tcp", port: 1000 + name, to: "10.0.0.1:80" },
          ...{ inInterface: "eth0", ...more },
        },
        `rule-${name}`,
      ),
    "prerouting",
  ],
];

for (const [definition, argsOf, chain] of kinds) {
  describe(`many ${definition.kind}s at once`, () => {
    const names = Array.from({ length: COUNT }, (_, name) => name);
    const priorityOf = (args: Args): number =>
      definition.kind === "FilterRule" ? Number(args["priority"]) : 0;

    beforeEach(() => execa("ip", ["netns", "add", NAMESPACE]));
    afterEach(() => execa("ip", ["netns", "del", NAMESPACE]));

    /** The ports of the rules in the chain, in order. */
    async function ports(): Promise<number[]> {
      const listing = await nft("list", "table", "ip", TABLE);
      const [, inside = ""] = new RegExp(`chain ${chain} \\{([^}]*)\\}`).exec(listing) ?? [];
      return [...inside.matchAll(/dport (\d+)/g)].map(([, port]) => Number(port) - 1000);
    }

    const createAll = (host: Host, all = names) =>
      Promise.allSettled(all.map((name) => engine.create(definition, host, argsOf(name))));

    const removeAll = (host: Host, all: readonly number[]) =>
      Promise.all(all.map((name) => engine.remove(definition, host, argsOf(name))));

    const byPriority = (all: readonly number[]) =>
      [...all].sort((a, b) => priorityOf(argsOf(a)) - priorityOf(argsOf(b)));

    it("are created in order, with few looks", async () => {
      const { host, ran } = watched();
      const made = await createAll(host);
      expect(made.map(({ status }) => status)).to.deep.equal(names.map(() => "fulfilled"));
      expect(await ports()).to.deep.equal(byPriority(names));
      expect(ran.filter((line) => line.includes("-f -"))).to.have.length(1);
      expect(ran.filter((line) => line.includes("list table"))).to.have.length(2);
      for (const name of names)
        expect((await engine.read(definition, host, argsOf(name)))?.inputs, String(name)).to.deep.equal(
          argsOf(name),
        );
    });

    it("are read with one look", async () => {
      await createAll(localHost);
      const { host, ran } = watched();
      const found = await Promise.all(names.map((name) => engine.read(definition, host, argsOf(name))));
      expect(found.map((one) => one?.inputs)).to.deep.equal(names.map((name) => argsOf(name)));
      expect(ran).to.have.length(1);
    });

    it("are created except for the refused one, which alone fails", async () => {
      const { host } = watched(({ input = "" }) => input.includes("/rule-7"));
      const made = await createAll(host);
      expect(made.flatMap(({ status }, at) => (status === "rejected" ? [at] : []))).to.deep.equal([7]);
      expect(await ports()).to.have.members(names.filter((name) => name !== 7));
      expect(await ports()).to.deep.equal(byPriority(names.filter((name) => name !== 7)));
    });

    it("are deleted together: some leave the others unchanged, the last delete chains and table", async () => {
      await createAll(localHost);
      const [some, others] = [names.filter((name) => name % 2 === 0), names.filter((name) => name % 2 === 1)];
      const { host, ran } = watched();
      await removeAll(host, some);
      expect(ran.filter((line) => line.includes("-f -"))).to.have.length(1);
      expect(await ports()).to.deep.equal(byPriority(others));
      await removeAll(host, others);
      expect(await nft("list", "tables")).to.equal("");
    });

    it("are deleted one by one if one of them disappears at that moment", async () => {
      await createAll(localHost);
      let isDone = false;
      const run: Host["run"] = async (command) => {
        if (command.input?.includes("delete") && !isDone) {
          isDone = true;
          const listing = await nft("--handle", "list", "table", "ip", TABLE);
          const [, handle = ""] = /dport 1007 .*# handle (\d+)/.exec(listing) ?? [];
          await nft("delete", "rule", "ip", TABLE, chain, "handle", handle);
        }
        return localHost.run(command);
      };
      await removeAll({ ...plain, run }, names);
      expect(await nft("list", "tables")).to.equal("");
    });

    it("are changed, created and removed together", async () => {
      const [kept, gone, come] = [names.slice(0, 15), names.slice(15, 30), names.slice(30)];
      await createAll(localHost, [...kept, ...gone]);
      const { host } = watched();
      await Promise.all([
        ...kept.map((name) =>
          engine.update(definition, host, argsOf(name), argsOf(name, { source: "10.9.0.0/16" })),
        ),
        removeAll(host, gone),
        ...come.map((name) => engine.create(definition, host, argsOf(name))),
      ]);
      expect(await ports()).to.deep.equal(byPriority([...kept, ...come]));
      for (const name of kept) {
        const args = argsOf(name, { source: "10.9.0.0/16" });
        expect((await engine.read(definition, host, args))?.inputs).to.deep.equal(args);
      }
    });

    for (const [title, edit] of [
      ["under another policy", ["chain", "ip", TABLE, chain, "{", "policy", "drop", ";", "}"]],
      ["behind a rule by hand", ["insert", "rule", "ip", TABLE, chain, "udp", "dport", "9", "accept"]],
    ] as const) {
      it(`are restored together when they are ${title}`, async () => {
        await createAll(localHost);
        await nft(...edit);
        const { host } = watched();
        const seen = await Promise.all(names.map((name) => engine.read(definition, host, argsOf(name))));
        const states = seen.map((one) => one?.state ?? {});
        expect(
          states.map((state, name) => engine.diff(definition, host, state, argsOf(name)).changes),
        ).to.not.include(false);
        await Promise.all(
          names.map((name) => engine.update(definition, host, states[name] ?? {}, argsOf(name))),
        );
        for (const name of names)
          expect((await engine.read(definition, host, argsOf(name)))?.inputs).to.deep.equal(argsOf(name));
        expect((await ports()).filter((port) => port >= 0)).to.deep.equal(byPriority(names));
      });
    }

    it("each report a rule with a duplicate mark: one after the other", async () => {
      const { host } = watched();
      const all = [argsOf(1), argsOf(2), argsOf(1)];
      await Promise.all(all.map((args) => engine.create(definition, host, args)));
      expect(await ports()).to.have.members([1, 2]);
    });
  });
}

type Variant = "nft" | "legacy";

/** A host on which `iptables` is one of its two variants, whichever this machine has. */
function iptablesOn(variant: Variant, isRefused: (command: Command) => boolean = () => false) {
  const ran: string[] = [];
  const run: Host["run"] = async (command) => {
    ran.push(printCommand(command));
    if (isRefused(command)) throw new CommandError("Failed", command, "refused");
    if (!/^ip6?tables/.test(command.tool)) return localHost.run(command);
    const tool = command.tool.replace(/^(ip6?tables)(-restore)?$/, `$1-${variant}$2`);
    const { exitCode, stdout, stderr } = await execa(
      "ip",
      ["netns", "exec", NAMESPACE, tool, ...command.args],
      { reject: false, input: command.input ?? "" },
    );
    if (exitCode !== 0) throw new CommandError(reasonOf(stderr), command, stderr);
    return stdout;
  };
  return { ran, host: { ...plain, run } satisfies Host };
}

for (const variant of ["nft", "legacy"] as const) {
  for (const [definition, argsOf] of kinds) {
    describe(`many ${definition.kind}s of iptables-${variant} at once`, function () {
      this.timeout(60_000);
      const names = Array.from({ length: COUNT }, (_, name) => name);
      const [table, chain] =
        definition.kind === "NatRule" ? (["nat", "PREROUTING"] as const) : (["filter", "INPUT"] as const);
      const ruleOf = (name: number, more: object = {}): Args =>
        argsOf(name, { backend: "iptables", priority: [0, -5, 7, 0, 3][name % 5], ...more });
      const byPriority = (all: readonly number[]) =>
        [...all].sort((a, b) => Number(ruleOf(a)["priority"]) - Number(ruleOf(b)["priority"]));
      const iptables = async (...args: string[]): Promise<string> =>
        (await execa("ip", ["netns", "exec", NAMESPACE, `iptables-${variant}`, "-t", table, ...args])).stdout;

      /** The ports of the rules in the chain, as they stand there. */
      const ports = async (): Promise<number[]> =>
        [...(await iptables("-S", chain)).matchAll(/--dport (\d+)/g)].map(([, port]) => Number(port) - 1000);

      const createAll = (host: Host, all = names) =>
        Promise.allSettled(all.map((name) => engine.create(definition, host, ruleOf(name))));
      const removeAll = (host: Host, all: readonly number[]) =>
        Promise.all(all.map((name) => engine.remove(definition, host, ruleOf(name))));
      const written = (ran: readonly string[]) => ran.filter((line) => line.includes("-restore"));
      const changed = (ran: readonly string[]) => ran.filter((line) => / -[AID] /.test(line));
      const listed = (ran: readonly string[]) => ran.filter((line) => line.includes(`-t ${table} -S`));

      beforeEach(() => execa("ip", ["netns", "add", NAMESPACE]));
      afterEach(() => execa("ip", ["netns", "del", NAMESPACE]));

      it("are made in their order, and are read and deleted, by few processes", async () => {
        const { host, ran } = iptablesOn(variant);
        const made = await createAll(host);
        expect(made.map(({ status }) => status)).to.deep.equal(names.map(() => "fulfilled"));
        expect(await ports()).to.deep.equal(byPriority(names));
        expect(written(ran)).to.have.length(1);
        // A warning of a NatRule looks for others' rules as well, once for all.
        expect(listed(ran).length).to.be.within(2, 4);
        expect(changed(ran)).to.deep.equal([]);

        const reading = iptablesOn(variant);
        const found = await Promise.all(
          names.map((name) => engine.read(definition, reading.host, ruleOf(name))),
        );
        expect(found.map((one) => one?.inputs)).to.deep.equal(names.map((name) => ruleOf(name)));
        expect(reading.ran).to.have.length(1);

        const going = iptablesOn(variant);
        await removeAll(
          going.host,
          names.filter((name) => name % 2 === 0),
        );
        expect(written(going.ran)).to.have.length(1);
        expect(changed(going.ran)).to.deep.equal([]);
        expect(await ports()).to.deep.equal(byPriority(names.filter((name) => name % 2 === 1)));
      });

      it("are made but for the one that is refused, which is told alone", async () => {
        const { host } = iptablesOn(variant, ({ args, input = args.join(" ") }) =>
          /stack\/rule-7\b/.test(input),
        );
        const made = await createAll(host);
        expect(made.flatMap(({ status }, at) => (status === "rejected" ? [at] : []))).to.deep.equal([7]);
        expect(await ports()).to.deep.equal(byPriority(names.filter((name) => name !== 7)));
      });

      it("go one by one where one of them is gone by hand at that moment", async () => {
        await createAll(iptablesOn(variant).host);
        const { host } = iptablesOn(variant);
        let isDone = false;
        const run: Host["run"] = async (command) => {
          if (command.input?.includes("-D") && !isDone) {
            isDone = true;
            await iptables("-D", chain, String((await ports()).indexOf(7) + 1));
          }
          return host.run(command);
        };
        await removeAll({ ...host, run }, names);
        expect(isDone).to.equal(true);
        expect(await ports()).to.deep.equal([]);
      });

      it("are changed, made and removed at once, beside rules of others", async () => {
        const [kept, gone, come] = [names.slice(0, 15), names.slice(15, 30), names.slice(30)];
        await createAll(iptablesOn(variant).host, [...kept, ...gone]);
        const foreign = ["-p", "udp", "-j", "RETURN"];
        await iptables("-I", chain, "9", ...foreign);
        await iptables("-A", chain, ...foreign);
        const { host } = iptablesOn(variant);
        await Promise.all([
          ...kept.map((name) =>
            engine.update(definition, host, ruleOf(name), ruleOf(name, { source: "10.9.0.0/16" })),
          ),
          removeAll(host, gone),
          ...come.map((name) => engine.create(definition, host, ruleOf(name))),
        ]);
        expect(await ports()).to.deep.equal(byPriority([...kept, ...come]));
        expect(await iptables("-S", chain)).to.match(/(-p udp -j RETURN[\s\S]*){2}/);
        for (const name of kept) {
          const args = ruleOf(name, { source: "10.9.0.0/16" });
          expect((await engine.read(definition, host, args))?.inputs).to.deep.equal(args);
        }
      });

      it("move to the front although their words stay the same", async () => {
        const { host } = iptablesOn(variant);
        for (const name of [3, 2, 1]) await engine.create(definition, host, ruleOf(name, { priority: name }));
        const [, line = ""] = /-A (.*--dport 1001 .*)/.exec(await iptables("-S", chain)) ?? [];
        const words = splitWords(line);
        await iptables("-D", ...words);
        await iptables("-A", ...words);
        expect(await ports()).to.deep.equal([2, 3, 1]);
        const args = ruleOf(1, { priority: 1 });
        const state = (await engine.read(definition, host, args))?.state ?? {};
        await engine.update(definition, host, state, args);
        // The order of NAT rules among each other is not compared.
        if (definition.kind === "FilterRule") expect(await ports()).to.deep.equal([1, 2, 3]);
        for (const name of [1, 2, 3]) {
          const own = ruleOf(name, { priority: name });
          expect((await engine.read(definition, host, own))?.inputs).to.deep.equal(own);
        }
      });
    });
  }
}
