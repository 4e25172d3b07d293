import { expect } from "chai";
import { execa } from "execa";
import type { Args, Definition } from "../../../provider/engine/definition";
import * as engine from "../../../provider/engine/lifecycle";
import { filterRule } from "../../../provider/kinds/filterRule/filterRule";
import { natRule } from "../../../provider/kinds/natRule/natRule";
import { type Command, printCommand } from "../../../provider/linux/command";
import { CommandError } from "../../../provider/linux/errors";
import type { Host } from "../../../provider/linux/host/host";
import { localHost } from "../../../provider/linux/host/local/localHost";
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
