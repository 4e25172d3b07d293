import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, readlink, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { config, expect } from "chai";
import { execa } from "execa";
import { Address, Bridge, Namespace, NatRule, Route, Sysctl, VethPair } from "../../sdk";
import { namespaceNames } from "../support/kernel";
import { differences, picture } from "../support/picture";
import { type Program, ProgramStack } from "../support/programStack";

config.truncateThreshold = 0;

/** Many rooms on one bridge, with forwarding and rules of both backends. `net` distinguishes such networks. */
function rooms(net: number, count: number): Program {
  const subnet = `10.${net}.0`;
  return () => {
    const bridge = new Bridge(`cc${net}-br`);
    new Address("gateway", { interface: bridge, address: `${subnet}.254/24` });
    new Sysctl("forwarding", { key: "net.ipv4.ip_forward", value: 1 });
    new NatRule("out", { kind: "masquerade", source: `${subnet}.0/24` });
    new NatRule("web", { kind: "dnat", protocol: "tcp", port: 8000 + net, to: `${subnet}.1:80` });
    new NatRule("in", {
      ...{ kind: "dnat", protocol: "udp", port: 5000 + net, to: `${subnet}.1:53`, backend: "iptables" },
    });
    new NatRule("aside", {
      ...{ kind: "snat", source: `10.${net}.9.0/24`, to: `${subnet}.254`, backend: "iptables" },
    });
    for (let at = 1; at <= count; at++) {
      const room = new Namespace(`cc${net}-${at}`);
      const cable = new VethPair(`cc${net}-v${at}`, {
        end: { namespace: room },
        peer: { name: `cc${net}-p${at}`, bridge },
      });
      new Address(`address-${at}`, { interface: cable.end, address: `${subnet}.${at}/24` });
      new Route(`out-${at}`, { namespace: room, destination: "default", via: `${subnet}.254` });
    }
  };
}

const ROOMS = 8;
const RESOURCES = 7 + 4 * ROOMS;

/** Two programs that want the same objects. A route is missing, as it would wait for an address that one of them never gets. */
const sameThings: Program = () => {
  new Namespace("cc-room");
  new Bridge("cc-br");
  new VethPair("cc-a", { peer: { name: "cc-b" } });
  new Address("address", { interface: "lo", address: "10.9.9.1/32" });
};

const nothing = { missing: [], extra: [] };

describe("concurrency", function () {
  this.timeout(600_000);
  let clean: readonly string[];
  const stacks: ProgramStack[] = [];

  before(async () => {
    // On first use iptables creates chains that it then leaves.
    await execa("iptables", ["-t", "nat", "-S"]);
    clean = await picture();
  });

  after(async () => {
    for (const stack of stacks) await stack.remove();
    expect(await change()).to.deep.equal(nothing);
    expect(existsSync("/run/pulumi-netns")).to.equal(false);
  });

  /** The differences in both directions. */
  const change = async () => differences(clean, await picture());

  async function stackOf(
    stackName: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<ProgramStack> {
    const stack = await ProgramStack.of("concurrency", { stackName, env });
    stacks.push(stack);
    return stack;
  }

  describe("within one run", () => {
    let stack: ProgramStack;
    let first: readonly string[] | undefined;
    before(async () => {
      stack = await stackOf("rooms");
    });

    for (const parallel of [1, 16, 64]) {
      it(`--parallel ${parallel} creates the same network, and deletes it again`, async () => {
        const { operations } = await stack.up(rooms(1, ROOMS), { parallel });
        const { default: _, ...made } = operations;
        expect(Object.values(made)).to.deep.equal(new Array(RESOURCES).fill("create"));
        const seen = await picture();
        first ??= seen;
        expect(differences(first, seen)).to.deep.equal(nothing);
        await stack.destroy({ parallel });
        expect(await change()).to.deep.equal(nothing);
      });
    }
  });

  describe("two stacks at once", () => {
    let left: ProgramStack;
    let right: ProgramStack;
    before(async () => {
      [left, right] = [await stackOf("left"), await stackOf("right")];
    });

    it("that share forwarding and both backends come and go without affecting each other", async () => {
      await Promise.all([left.up(rooms(1, 3)), right.up(rooms(2, 3))]);
      const both = await picture();

      await left.destroy();
      const { missing, extra } = differences(both, await picture());
      expect(extra).to.deep.equal([]);
      expect(missing.filter((line) => !/cc1-|10\.1\.0\.|concurrency\/left/.test(line))).to.deep.equal([]);
      await left.up(rooms(1, 3));
      expect(differences(both, await picture())).to.deep.equal(nothing);

      await Promise.all([left.destroy(), right.destroy()]);
      expect(await change()).to.deep.equal(nothing);
    });

    it("that want the same objects get one each, and the other learns who owns it", async () => {
      const runs = [left, right].map((stack) => stack.up(sameThings, { continueOnError: true }));
      const ended = await Promise.allSettled(runs);
      const said = ended.map((end) => (end.status === "rejected" ? String(end.reason) : ""));
      const refusals = said.flatMap((text, at) => ownersIn(text).map((owner) => ({ by: at, ...owner })));
      expect(refusals.map(({ kind }) => kind).sort()).to.deep.equal(
        ["Address", "Bridge", "Namespace", "VethPair"],
        said.join("\n"),
      );
      for (const { by, stack } of refusals) expect(stack).to.equal(by === 0 ? "right" : "left");

      await Promise.all([left.destroy(), right.destroy()]);
      expect(await change()).to.deep.equal(nothing);
    });
  });

  describe("two stacks on one bridge", () => {
    const BRIDGE = "cc-shared";
    const TIMES = 10;

    /** Rooms on the bridge of another stack, given by name. */
    const guests = (net: number) => () => {
      for (let at = 1; at <= 2; at++) {
        const room = new Namespace(`cc${net}-g${at}`);
        const { end } = new VethPair(`cc${net}-gv${at}`, {
          end: { namespace: room },
          peer: { name: `cc${net}-gp${at}`, bridge: BRIDGE },
        });
        new Address(`guest-${at}`, { interface: end, address: `10.7.${net}.${at}/16` });
      }
    };

    it("come and go ten times at once, and the bridge loses and keeps nothing", async () => {
      const owner = await stackOf("owner");
      await owner.up(() => void new Bridge(BRIDGE));
      const bare = await picture();
      const namesOf = (net: number) =>
        [1, 2].flatMap((at) => [`cc${net}-g${at}`, `cc${net}-gv${at}`, `guest-${at}`]);
      const ports = async () => (await execa("ip", ["-o", "link", "show", "master", BRIDGE])).stdout;

      /** Up and down repeatedly; each time all of its own objects exist, whatever the other stack does. */
      async function comeAndGo(stackName: string, net: number): Promise<void> {
        const stack = await stackOf(stackName);
        for (let time = 0; time < TIMES; time++) {
          const { operations } = await stack.up(guests(net));
          const made = Object.keys(operations).filter((name) => operations[name] === "create");
          expect(made, `${stackName} ${time}`).to.include.members(namesOf(net));
          const seen = await ports();
          for (const at of [1, 2]) expect(seen).to.include(`cc${net}-gp${at}@`);
          await stack.destroy();
          expect(await ports()).to.not.include(`cc${net}-gp`);
        }
      }

      await Promise.all([comeAndGo("guests-left", 1), comeAndGo("guests-right", 2)]);
      expect(differences(bare, await picture())).to.deep.equal(nothing);
      await owner.destroy();
      expect(await change()).to.deep.equal(nothing);
    });
  });

  describe("the mount of /run/netns", () => {
    it("many namespaces of two stacks at once create it once, and all of them work", async () => {
      expect(await namespaceNames()).to.deep.equal([]);
      await unmountNetns();
      const many = (prefix: string) => () => {
        for (let at = 0; at < 16; at++)
          new Namespace(`${prefix}-${at}`, { sysctls: { "net.ipv4.ip_forward": 1 } });
      };
      const both = [await stackOf("left"), await stackOf("right")];
      await Promise.all(both.map((stack, at) => stack.up(many(`cc${at}`), { parallel: 64 })));

      const names = await namespaceNames();
      expect(names).to.have.length(32);
      expect(mountsOf("/run/netns")).to.have.length(1);
      for (const name of names) {
        expect(mountsOf(`/run/netns/${name}`), name).to.have.length(1);
        const { stdout } = await execa("ip", ["netns", "exec", name, "sysctl", "-n", "net.ipv4.ip_forward"]);
        expect(stdout).to.equal("1");
      }

      for (const name of names) await execa("ip", ["netns", "del", name]);
      expect(await readdir("/run/netns")).to.deep.equal([]);
      expect(mountsOf("/run/netns")).to.have.length(1);
    });
  });

  describe("the lock of iptables-legacy", () => {
    const namespace = "cc-legacy";
    let folder: string;
    let lock: string;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "pulumi-netns-legacy-"));
      lock = join(folder, "xtables.lock");
      await symlink("/usr/sbin/iptables-legacy", join(folder, "iptables"));
      await execa("ip", ["netns", "add", namespace]);
    });
    after(async () => {
      await execa("ip", ["netns", "del", namespace]);
      await rm(folder, { recursive: true });
    });

    it("is waited for until it is released", async () => {
      const env = { PATH: `${folder}${delimiter}${process.env["PATH"]}`, XTABLES_LOCKFILE: lock };
      const stack = await stackOf("rule", env);
      const rule = { kind: "masquerade", namespace, source: "10.3.0.0/24", backend: "iptables" } as const;
      const holder = execa("flock", [lock, "cat"], { reject: false });
      try {
        while (!(await isLocked(lock))) await sleep(20);
        const up = stack.up(() => void new NatRule("rule", rule));
        expect(await Promise.race([up.then(() => "went on"), waiterFor(lock)])).to.equal("iptables");
        holder.stdin.end();
        expect((await up).operations).to.include({ rule: "create" });
      } finally {
        holder.stdin.end();
        await holder;
      }
      const rules = async () =>
        (await execa("ip", ["netns", "exec", namespace, "iptables-legacy", "-t", "nat", "-S"], { env }))
          .stdout;
      expect(await rules()).to.match(/-A POSTROUTING -s 10\.3\.0\.0\/24 .* -j MASQUERADE/);
      await stack.destroy();
      expect(await rules()).to.not.include("MASQUERADE");
    });
  });
});

/** The owners that a failed run names. It prints each more than once. */
function ownersIn(text: string): { kind: string; stack: string }[] {
  const found = text.matchAll(/it belongs to (\w+) "[\w-]+" of the stack concurrency\/(\w+)/g);
  const owners = [...found].map(([, kind = "", stack = ""]) => ({ kind, stack }));
  return [...new Map(owners.map((owner) => [owner.kind, owner])).values()];
}

/** Mounts on a folder or file, as this process sees them. */
const mountsOf = (path: string): string[] =>
  readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .filter((line) => line.split(" ")[1] === path);

async function unmountNetns(): Promise<void> {
  while (mountsOf("/run/netns").length > 0) await execa("umount", ["/run/netns"]);
}

const isLocked = async (lock: string): Promise<boolean> =>
  (await execa("flock", ["--nonblock", lock, "true"], { reject: false })).exitCode !== 0;

/** The program that waits for a lock that `flock` holds, once there is one. */
async function waiterFor(lock: string): Promise<string> {
  for (;;) {
    const holders = await Promise.all(
      (await readdir("/proc")).filter(isPid).map((pid) => programWith(pid, lock)),
    );
    const waiter = holders.find((program) => program !== undefined && !["flock", "cat"].includes(program));
    if (waiter !== undefined) return waiter;
    await sleep(20);
  }
}

const isPid = (name: string): boolean => /^\d+$/.test(name);

/** The program of a process that has a file open. The process may end meanwhile. */
async function programWith(pid: string, file: string): Promise<string | undefined> {
  try {
    const descriptors = await readdir(`/proc/${pid}/fd`);
    const files = await Promise.all(
      descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")),
    );
    return files.includes(file)
      ? basename((await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0")[0] ?? "")
      : undefined;
  } catch {
    return undefined;
  }
}
