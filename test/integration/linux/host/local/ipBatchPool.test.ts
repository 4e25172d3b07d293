import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import fc from "fast-check";
import { ASK, type Command, ip, showLink } from "../../../../../provider/linux/command";
import { CommandError } from "../../../../../provider/linux/errors";
import type { Host } from "../../../../../provider/linux/host/host";
import { localHost, plainHost } from "../../../../../provider/linux/host/local/localHost";
import { runAll } from "../../../../../provider/linux/host/runPlan";
import { failure, onKernel, typed } from "../../../../support/kernel";

/** A host's answer to a command: its output, or the reason and words of its failure. */
const answer = (host: Host, command: Command): Promise<string> => outcome(() => host.run(command));

async function outcome(work: () => Promise<string>): Promise<string> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return `${error.reason}: ${error.stderr.trim()}`;
  }
}

/** Timers of a bridge change between two looks. */
const withoutTimers = (text: string): string => text.replace(/"\w+_timer":[\d.]+/g, "");

const link = fc.constantFrom("a", "b", "c", "br");
const address = fc.constantFrom("10.0.0.1/24", "10.0.0.2/24", "10.0.1.1/24", "fd00::1/64");
const network = fc.constantFrom("10.9.0.0/16", "10.0.0.0/24", "fd09::/64");
const family = (to: string): string[] => (to.includes(":") ? ["-6"] : []);
const mac = (name: string): string => `02:00:00:00:00:0${"abcbr".indexOf(name)}`;

/** Everything that resources query by `ip`, with existing and missing names. */
const look = fc.oneof(
  link.map((name) => [...ASK, "addr", "show", "dev", name]),
  fc.constant([...ASK, "addr", "show"]),
  network.map((to) => [...family(to), ...ASK, "route", "show", "table", "main", "exact", to]),
  fc.constant([...ASK, "netns", "list-id"]),
);

/** Everything that resources change by `ip`, with mistakes. */
const change = fc.oneof(
  link.map((name) => ["link", "add", "name", name, "address", mac(name), "type", "bridge"]),
  link.map((name) => [
    "link",
    "add",
    "name",
    name,
    "address",
    mac(name),
    ...["type", "veth", "peer", "name", "a", "address", "02:00:00:00:01:00"],
  ]),
  link.map((name) => ["link", "del", "dev", name]),
  link.map((name) => ["link", "set", "dev", name, "up", "mtu", "1400"]),
  fc.tuple(link, link).map(([name, master]) => ["link", "set", "dev", name, "master", master]),
  link.map((name) => ["link", "set", "dev", name, "alias", "a mark: with #words"]),
  link.map((name) => ["link", "set", "dev", name, "alias", ""]),
  link.map((name) => ["link", "set", "dev", name, "nonsense"]),
  fc
    .tuple(address, link)
    .map(([ip, name]) => ["address", "add", ip, "dev", name, ...(ip.includes(":") ? ["nodad"] : [])]),
  fc.tuple(address, link).map(([ip, name]) => ["address", "del", ip, "dev", name]),
  fc
    .tuple(network, link)
    .map(([to, name]) => [...family(to), "route", "add", to, "dev", name, "proto", "110"]),
  network.map((to) => [...family(to), "route", "del", to, "proto", "110"]),
);

const isLook = (args: readonly string[]): boolean => args.includes("-N");

const isFailure = (text = ""): boolean => /^[A-Z]\w+: /.test(text);

type Words = readonly (readonly string[])[];

type Step = readonly [changes: Words, looks: Words];

/** A step in one batch if the host can. */
const inOneGo = (host: Host, namespace: string, [changes, looks]: Step): Promise<string> =>
  outcome(async () => {
    const [toDo = [], toAsk] = [changes, looks].map((all) => all.map((args) => ip(namespace, ...args)));
    return (await runAll(host, toDo, toAsk)).join("\n");
  });

/** Each command on its own. */
const oneByOne = async (host: Host, namespace: string, step: Step): Promise<string> => {
  const answers: string[] = [];
  for (const args of step.flat()) answers.push(await answer(host, ip(namespace, ...args)));
  return answers.join("\n");
};

/** Runs the same commands on both hosts, in two equal namespaces, and compares the answers under one name. */
async function expectSame(act: typeof inOneGo, step: Step): Promise<void> {
  const inBoth = async (step: Step) =>
    [await act(localHost, "it-one", step), await act(plainHost, "it-other", step)].map((text) =>
      withoutTimers(text.replaceAll("it-other", "it-one")),
    );
  let [inSession, alone] = await inBoth(step);
  // Late work of the kernel, such as the state of a link, may fall between the two.
  for (let looks = 0; looks < 200 && inSession !== alone; looks++) {
    if (isFailure(inSession) || isFailure(alone)) break;
    await sleep(50);
    [inSession, alone] = await inBoth([[], step[1]]);
  }
  expect(inSession, JSON.stringify(step)).to.equal(alone);
}

async function inTwoNamespaces(act: () => Promise<void>): Promise<void> {
  for (const namespace of ["it-one", "it-other"]) await typed(`netns add ${namespace}`);
  try {
    await act();
  } finally {
    for (const namespace of ["it-one", "it-other"]) await typed(`netns del ${namespace}`);
  }
}

describe("sessions, with the kernel", function () {
  this.timeout(120_000);
  onKernel();

  it("answer like a process for each command, whatever came before", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(look, change), { minLength: 1, maxLength: 25 }), (script) =>
        inTwoNamespaces(async () => {
          for (const args of script) await expectSame(oneByOne, isLook(args) ? [[], [args]] : [[args], []]);
        }),
      ),
      { numRuns: 40 },
    );
  });

  it("run many at once as one by one: changes up to the first failure, then looks", async () => {
    const changes = fc.array(change, { maxLength: 4 });
    const looks = fc.array(look, { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(changes, looks), { minLength: 1, maxLength: 8 }), (script) =>
        inTwoNamespaces(async () => {
          for (const step of script) await expectSame(inOneGo, step);
        }),
      ),
      { numRuns: 40 },
    );
  });

  it("answer each its own command, however many at once, and after one that broke its session", async () => {
    await typed("netns add it-one");
    const asked = [...Array(60).keys()].map((n) => n % 7);
    const answers = await Promise.all(
      asked.map((n) =>
        n === 3
          ? answer(localHost, ip("it-one", "link", "set", "dev", "lo", "nonsense"))
          : n === 5
            ? answer(localHost, showLink("it-one", `none${n}`))
            : answer(localHost, showLink("it-one", "lo")),
      ),
    );
    answers.forEach((text, at) => {
      const wanted =
        asked[at] === 3
          ? /"nonsense" is a garbage/
          : asked[at] === 5
            ? /^NotFound: Device "none5"/
            : /^\[\{"ifindex":1,"ifname":"lo"/;
      expect(text).to.match(wanted);
    });
  });

  it("report a missing namespace in the words of a process", async () => {
    const asked = showLink("it-nowhere", "lo");
    expect(await failure(localHost.run(asked))).to.equal(await failure(plainHost.run(asked)));
  });

  it("do not keep a namespace busy, or alive", async () => {
    await typed("netns add it-one");
    await typed("-N -j -d addr show dev lo", "it-one");
    expect(await typed("netns pids it-one")).to.equal("");
    await typed("-N -j -d addr show dev lo", "it-one");
    await typed("netns del it-one");
    expect(await failure(typed("-N -j -d addr show dev lo", "it-one"))).to.match(/^NotFound/);
  });

  it("find a link that somebody else has recreated under its name", async () => {
    await typed("netns add it-one");
    const bridge = (): Promise<unknown> =>
      plainHost.run(ip("it-one", "link", "add", "name", "br", "type", "bridge"));
    await bridge();
    const before = await localHost.run(showLink("it-one", "br"));
    await plainHost.run(ip("it-one", "link", "del", "dev", "br"));
    expect(await answer(localHost, showLink("it-one", "br"))).to.match(/^NotFound: |^\[\]/);
    await bridge();
    await localHost.run(ip("it-one", "link", "set", "dev", "br", "up"));
    expect(await localHost.run(showLink("it-one", "br")))
      .to.match(/"ifname":"br".*"UP"/)
      .and.not.equal(before);
  });

  it("report the errors of a process, if both of two links are missing", async () => {
    for (const name of ["it-one", "it-other"]) await typed(`netns add ${name}`);
    const words = ["link add name a type veth peer name b", "addr show dev b", "link del dev a"];
    const lost = (namespace: string) => ip(namespace, ..."link set dev c master b".split(" "));
    for (const line of words)
      await localHost.run(ip("it-one", ...(line.includes("show") ? ASK : []), ...line.split(" ")));
    expect((await answer(localHost, lost("it-one"))).replaceAll("it-one", "it-other")).to.equal(
      await answer(plainHost, lost("it-other")),
    );
  });

  it("fail in clear words when their process is killed, and work for the next command", async () => {
    await typed("netns add it-one");
    const look = (): Promise<string> => localHost.run(showLink("it-one", "lo"));
    await look();
    const waiting = Promise.all(Array.from({ length: 50 }, () => failure(look())));
    for (const pid of workers()) process.kill(pid, "SIGKILL");
    expect(new Set(await waiting)).to.include(
      "Failed: ip -n it-one -N -j -d addr show dev lo: the process that keeps `ip` open has ended: SIGKILL",
    );
    expect(await look()).to.match(/"ifname":"lo"/);
  });

  it("name all commands in progress when their process is killed", async () => {
    await typed("netns add it-one");
    await localHost.run(showLink("it-one", "lo"));
    const set = (...words: string[]) => ip("it-one", "link", "set", "dev", "lo", ...words);
    const many = Array.from({ length: 50 }, () => failure(runAll(localHost, [set("up"), set("down")])));
    for (const pid of workers()) process.kill(pid, "SIGKILL");
    expect(new Set(await Promise.all(many))).to.include(
      "Failed: ip -n it-one link set dev lo up: the process that keeps `ip` open has ended: SIGKILL\nor at `ip -n it-one link set dev lo down`, after it",
    );
  });
});

/** The kernel's data about a process; nothing if it has ended. */
function told(pid: string, file: "cmdline" | "status"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

/** The PIDs of the processes that this process has started for sessions. */
const workers = (): number[] =>
  readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && told(entry, "cmdline").includes("/host/local/worker."))
    .filter((pid) => told(pid, "status").includes(`PPid:\t${process.pid}\n`))
    .map(Number);
