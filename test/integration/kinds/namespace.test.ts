import { existsSync, statSync, writeFileSync } from "node:fs";
import { unlink } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { execa } from "execa";
import type { Args, Definition } from "../../../provider/engine/definition";
import * as engine from "../../../provider/engine/lifecycle";
import { address as addressDefinition } from "../../../provider/kinds/address";
import { namespace } from "../../../provider/kinds/namespace";
import { vethPair } from "../../../provider/kinds/vethPair";
import { command } from "../../../provider/linux/command";
import { Session } from "../../../provider/linux/host/local/ipBatch";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { checked, markFor } from "../../support/args";
import {
  failure,
  foreign,
  Living,
  link,
  linkNames,
  namespaceNames,
  onKernel,
  recorded,
  typed,
  WatchedHost,
} from "../../support/kernel";

//   host                                  it-ns                  it-far
//   ┌───────────────┐                    ┌───────────────┐      ┌──────────┐
//   │        it-up ─────────────────────── it-down       │      │          │
//   │               │                    │  it-left ─────────── it-right   │
//   └───────────────┘                    └───────────────┘      └──────────┘

const definition: Definition = namespace;
const name = "it-ns";
const mark = markFor("Namespace", "it");
const path = `/run/netns/${name}`;
const sysctls = { "net.ipv4.ip_forward": "1", "net.ipv4.conf.all.rp_filter": "2" };

const create = (given: Args = {}, host = localHost) =>
  Living.create(definition, { name, ...given }, "it", host);
const inode = () => statSync(path).ino;
const sysctl = (key: string, where = name) => localHost.run(command("sysctl", where, ["-n", key]));
const set = (key: string, value: number) =>
  localHost.run(command("sysctl", name, ["-q", "-w", `${key}=${value}`]));

/** The output of the tools about the namespace. */
async function shown() {
  const lo = await link("lo", name);
  const [forwarding, filter] = await Promise.all(Object.keys(sysctls).map((key) => sysctl(key)));
  return { inode: inode(), up: lo?.flags.includes("UP"), alias: lo?.ifalias, forwarding, filter };
}

/** Starts a program inside, waits for its first output, and returns its process id. */
async function inside(...words: readonly [string, ...string[]]) {
  const running = execa("ip", ["netns", "exec", name, ...words], { reject: false });
  await new Promise((resolve) => running.stdout.once("data", resolve));
  return { pid: running.pid, ended: running };
}

describe("Namespace, with the kernel", () => {
  onKernel({ namespaces: ["it-far"] });

  it("equals the arguments, and the output of `ip`", async () => {
    const living = await create({ sysctls, killProcesses: true });
    expect(living.id).to.equal(name);
    expect(living.state).to.deep.equal({
      ...{ name, sysctls, loopback: true, killProcesses: true, mark, path },
      inode: inode(),
    });
    expect(await shown()).to.deep.equal({
      inode: inode(),
      up: true,
      alias: mark,
      forwarding: "1",
      filter: "2",
    });
    const inner = await localHost.run(command("stat", name, ["-L", "--format=%i", "/proc/self/ns/net"]));
    expect(Number(inner)).to.equal(inode());
    expect(await namespaceNames()).to.include(name);
  });

  it("has its loopback down if asked", async () => {
    const living = await create({ loopback: false });
    expect(await shown()).to.include({ up: false, alias: mark });
    expect(await living.refresh()).to.deep.equal([]);
  });

  it("is found by a second creation, which changes nothing", async () => {
    const first = await create({ sysctls });
    const host = new WatchedHost();
    const second = await create({ sysctls }, host);
    expect(host.changes).to.deep.equal([]);
    expect(second.state).to.deep.equal(first.state);
  });

  it("is completed by a second creation after a crash", async () => {
    await create({ loopback: false });
    const before = inode();
    const host = new WatchedHost();
    await create({ sysctls }, host);
    expect(host.changes).to.deep.equal([
      `ip -n ${name} link set dev lo up`,
      `ip netns exec ${name} sysctl -q -w net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=2`,
    ]);
    expect(await shown()).to.deep.equal({
      inode: before,
      up: true,
      alias: mark,
      forwarding: "1",
      filter: "2",
    });
  });

  it("is deleted by its removal, and a second removal does nothing", async () => {
    const living = await create();
    const host = new WatchedHost();
    await living.remove(host);
    expect(host.changes).to.deep.equal([`ip netns del ${name}`]);
    expect(existsSync(path)).to.equal(false);
    await living.remove(host);
    expect(host.changes).to.have.lengthOf(1);
    expect(await living.refresh()).to.deep.equal(["gone"]);
  });

  it("can be created with others, all at the same time", async () => {
    const names = Array.from({ length: 12 }, (_, at) => `it-many-${at}`);
    const many = await Promise.all(names.map((name) => Living.create(definition, { name }, name)));
    expect(await namespaceNames()).to.include.members(names);
    expect(new Set(many.map(({ state }) => state["inode"])).size).to.equal(names.length);
    await Promise.all(many.map((living) => living.remove()));
    expect(await namespaceNames()).to.deep.equal(["it-far"]);
  });

  describe("updates", () => {
    const rows: readonly (readonly [change: Args, seen: object])[] = [
      [{ loopback: false }, { up: false }],
      [{ sysctls: { ...sysctls, "net.ipv4.ip_forward": "0" } }, { forwarding: "0", filter: "2" }],
      [{ sysctls: { ...sysctls, "net.ipv4.conf.all.rp_filter": "1" } }, { filter: "1" }],
      [{ sysctls: { ...sysctls, "net.ipv4.ip_default_ttl": "65" } }, {}],
      [{ killProcesses: true }, {}],
    ];
    for (const [change, different] of rows) {
      it(`${JSON.stringify(change)} in place, and back`, async () => {
        const living = await create({ sysctls });
        const before = await shown();

        expect(await living.become({ name, sysctls, ...change })).to.equal("update");
        expect(await shown()).to.deep.equal({ ...before, ...different });
        expect(await living.refresh()).to.deep.equal([]);

        expect(await living.become({ name, sysctls })).to.equal("update");
        expect(await shown()).to.deep.equal(before);
        expect(await living.become({ name, sysctls })).to.equal("nothing");
      });
    }

    it("a removed parameter keeps its value, and is forgotten", async () => {
      const living = await create({ sysctls });
      expect(await living.become({ name })).to.equal("update");
      expect(await shown()).to.include({ forwarding: "1", filter: "2" });
      expect(living.state).to.not.have.property("sysctls");
      expect(await living.become({ name })).to.equal("nothing");
      await set("net.ipv4.ip_forward", 0);
      expect(await living.refresh()).to.deep.equal([]);
    });

    it("the mark of a resource renamed under an alias", async () => {
      const living = await create();
      const before = inode();
      living.name = "other";
      expect(await living.become({ name })).to.equal("update");
      expect(await shown()).to.include({ inode: before, alias: markFor("Namespace", "other") });
    });
  });

  it("replaces for another name: deletes the old one and creates the new one", async () => {
    const living = await create();
    expect(await living.become({ name: "it-other" })).to.equal("replace name");
    expect(await namespaceNames()).to.have.members(["it-far", "it-other"]);
    await living.remove();
    expect(await namespaceNames()).to.deep.equal(["it-far"]);
  });

  describe("drift", () => {
    const rows: readonly (readonly [title: string, hand: () => Promise<unknown>, path: string])[] = [
      ["loopback set down", () => typed("link set dev lo down", name), "loopback"],
      ["a parameter changed", () => set("net.ipv4.conf.all.rp_filter", 1), "sysctls"],
    ];
    for (const [title, hand, path] of rows) {
      it(`${title}: ${path}`, async () => {
        const living = await create({ sysctls });
        const before = await shown();
        await hand();
        expect(await living.refresh()).to.deep.equal([path]);
        expect(await living.become({ name, sysctls })).to.equal("update");
        expect(await shown()).to.deep.equal(before);
        expect(await living.refresh()).to.deep.equal([]);
      });
    }

    it("a deletion by hand: gone, and recreated", async () => {
      const living = await create({ sysctls });
      await typed(`netns del ${name}`);
      expect(await living.refresh()).to.deep.equal(["gone"]);
      const again = await create({ sysctls });
      expect(again.state).to.deep.equal({ ...living.state, inode: inode() });
    });

    it("another namespace of its name: gone", async () => {
      const living = await create();
      await typed(`netns del ${name}`);
      await typed(`netns add ${name}`);
      expect(await living.refresh()).to.deep.equal(["gone"]);
    });
  });

  describe("foreign objects", () => {
    it("are refused, unchanged, and survive a removal", async () => {
      await typed(`netns add ${name}`);
      const before = await shown();
      expect(await failure(create({ sysctls }))).to.equal(foreign(name));
      await engine.remove(definition, localHost, checked(definition, { name }, "it"));
      expect(await shown()).to.deep.equal(before);
      expect(before).to.include({ up: false, alias: undefined });
    });
  });

  describe("a plain file in its place", () => {
    beforeEach(() => writeFileSync(path, ""));

    it("is replaced by the namespace", async () => {
      const living = await create({ sysctls });
      expect(await shown()).to.include({
        inode: living.state["inode"],
        up: true,
        alias: mark,
        forwarding: "1",
      });
      expect(await living.refresh()).to.deep.equal([]);
    });

    it("is not a namespace for a refresh, and stays at a removal", async () => {
      const args = checked(definition, { name }, "it");
      expect(await engine.read(definition, localHost, args)).to.equal(undefined);
      await engine.remove(definition, localHost, args);
      expect(existsSync(path)).to.equal(true);
      await unlink(path);
    });
  });

  describe("failures", () => {
    it("leaves nothing after a creation that fails halfway", async () => {
      const host = new WatchedHost({ at: / sysctl -q /, reason: "NotPermitted" });
      expect(await failure(create({ sysctls }, host))).to.match(
        /^NotPermitted: ip netns exec it-ns sysctl -q -w /,
      );
      expect(existsSync(path)).to.equal(false);
    });

    it("names a parameter that does not exist, and leaves nothing", async () => {
      const bad = { sysctls: { "net.ipv4.no_such_thing": 1 } };
      expect(await failure(create(bad))).to.equal(
        `NotFound: ip netns exec ${name} sysctl -q -w net.ipv4.no_such_thing=1: ` +
          "sysctl: cannot stat /proc/sys/net/ipv4/no_such_thing: No such file or directory",
      );
      expect(existsSync(path)).to.equal(false);
    });

    it("names a value that the kernel refuses, and leaves nothing", async () => {
      expect(await failure(create({ sysctls: { "net.ipv4.ip_default_ttl": 999 } }))).to.equal(
        `Failed: ip netns exec ${name} sysctl -q -w net.ipv4.ip_default_ttl=999: ` +
          'sysctl: setting key "net.ipv4.ip_default_ttl": Invalid argument',
      );
      expect(existsSync(path)).to.equal(false);
    });
  });

  describe("with processes inside", () => {
    it("is not deleted, and names them", async () => {
      const living = await create();
      const { pid, ended } = await inside("sh", "-c", "echo; exec sleep 300");
      try {
        // ps pads process ids to the width of the largest possible one.
        expect((await failure(living.remove())).replace(/\n +/g, "\n")).to.equal(
          `RefusedError: namespace ${name} is in use by these processes:\n${pid} sleep 300\n` +
            "end them, or set `killProcesses: true` and run `pulumi up` first",
        );
        expect(existsSync(path)).to.equal(true);
      } finally {
        ended.kill();
        await ended;
      }
      await living.remove();
      expect(existsSync(path)).to.equal(false);
    });

    it("ends them if allowed", async () => {
      const living = await create({ killProcesses: true });
      const running = await Promise.all([
        inside("sh", "-c", "echo; exec sleep 300"),
        inside("sh", "-c", "echo; exec sleep 301"),
      ]);
      await living.remove();
      expect(
        (await Promise.all(running.map(({ ended }) => ended))).map(({ signal }) => signal),
      ).to.deep.equal(["SIGTERM", "SIGTERM"]);
      expect(existsSync(path)).to.equal(false);
    });

    it("waits for `ip` of another run, which ends on its own", async () => {
      const living = await create({ killProcesses: true });
      const session = new Session(["-n", name, "-N", "-j", "-d"]);
      expect(await session.run("addr show", true, 10_000)).to.include({ isOk: true });
      const removed = living.remove();
      await sleep(1000);
      expect(existsSync(path)).to.equal(true);
      expect(await session.run("addr show", true, 10_000)).to.include({ isOk: true });
      session.close();
      await removed;
      expect(existsSync(path)).to.equal(false);
    });

    it("ends one that ignores SIGTERM, after two seconds", async () => {
      const living = await create({ killProcesses: true });
      const { ended } = await inside("sh", "-c", 'trap "" TERM; echo; while :; do sleep 0.1; done');
      const started = performance.now();
      await living.remove();
      expect(performance.now() - started).to.be.within(2000, 30_000);
      expect((await ended).signal).to.equal("SIGKILL");
      expect(existsSync(path)).to.equal(false);
    });

    it("is deleted after an update has allowed it", async () => {
      const living = await create();
      const { ended } = await inside("sh", "-c", "echo; exec sleep 300");
      expect(await living.become({ name, killProcesses: true })).to.equal("update");
      await living.remove();
      expect((await ended).signal).to.equal("SIGTERM");
    });
  });

  describe("another namespace mounted over its name", () => {
    const address = { interface: "lo", namespace: name, address: "10.0.0.1/32" };

    beforeEach(async () => {
      await typed("netns add it-cover");
      await typed("link set dev lo alias theirs up", "it-cover");
    });
    const cover = () => execa("mount", ["--bind", "/run/netns/it-cover", path]);
    const uncover = () => execa("umount", [path]);

    it("is not taken for it, and neither changed nor deleted", async () => {
      const living = await create({ sysctls });
      const before = await shown();
      await cover();
      try {
        const covering = await shown();
        expect(covering).to.include({ alias: "theirs" });
        expect(await failure(living.become({ name, sysctls, loopback: false }))).to.match(
          / does not exist, but /,
        );
        expect(await failure(create({ sysctls }))).to.include(foreign(name, "theirs"));
        await living.remove();
        expect(await shown()).to.deep.equal(covering);
        expect(await living.refresh()).to.deep.equal(["gone"]);
      } finally {
        await uncover();
      }
      expect(await shown()).to.deep.equal(before);
      const again = await create({ sysctls });
      expect(again.state).to.deep.equal(living.state);
      await again.remove();
      expect(existsSync(path)).to.equal(false);
    });

    it("does not get our records", async () => {
      const living = await create();
      await typed("link set dev lo alias elsewhere", name);
      const inside = await Living.create(addressDefinition, address, "inside");
      await cover();
      try {
        await typed("address add 10.0.0.1/32 dev lo", name);
        expect(await failure(Living.create(addressDefinition, address, "inside"))).to.equal(
          foreign(`${name}/lo 10.0.0.1/32`, "theirs"),
        );
      } finally {
        await uncover();
      }
      expect(await inside.refresh()).to.deep.equal([]);
      expect(await recorded()).to.deep.equal([`Address ${name}/lo 10.0.0.1/32`]);
      await inside.remove();
      await typed(`link set dev lo alias ${mark}`, name);
      await living.remove();
      expect(await recorded()).to.deep.equal([]);
    });
  });

  describe("with cables out of it", () => {
    it("keeps the namespace of another stack at the far end, whichever stack owns the cable", async () => {
      for (const owner of ["project/stack", "project/other"]) {
        const stack = owner.split("/")[1];
        await typed("netns add it-theirs");
        await typed(
          "link set dev lo alias pulumi-netns:Namespace:0123456789ab:project/other/theirs",
          "it-theirs",
        );
        const living = await create();
        await typed(`link add name it-left netns ${name} type veth peer name it-right netns it-theirs`);
        for (const [end, where] of [
          ["it-left", name],
          ["it-right", "it-theirs"],
        ] as const) {
          await typed(
            `link set dev ${end} alias pulumi-netns:VethPair:ba9876543210:project/${stack}/across`,
            where,
          );
        }
        if (stack === "other") {
          expect(await failure(living.remove())).to.include("link it-left in it-ns of VethPair");
          await living.become({ name, deleteForeign: true });
        }
        await living.remove();
        expect(await linkNames("it-theirs")).to.deep.equal(["lo"]);
        expect(await link("lo", "it-theirs")).to.include({
          ifalias: "pulumi-netns:Namespace:0123456789ab:project/other/theirs",
        });
        await typed("netns del it-theirs");
      }
    });

    it("deletes them too, and is done only when the far ends are deleted", async () => {
      for (let round = 0; round < 5; round++) {
        const living = await create();
        const up = { end: { name: "it-up" }, peer: { name: "it-down", namespace: name } };
        const across = {
          end: { name: "it-left", namespace: name },
          peer: { name: "it-right", namespace: "it-far" },
        };
        const cables = [
          await Living.create(vethPair, up, "up"),
          await Living.create(vethPair, across, "across"),
        ];
        await living.remove();
        expect([...(await linkNames()), ...(await linkNames("it-far"))]).to.deep.equal(["lo", "lo"]);
        for (const cable of cables) {
          expect(await cable.refresh()).to.deep.equal(["gone"]);
          await cable.remove();
        }
      }
    });

    it("does not wait for foreign cables in it", async () => {
      const living = await create({ deleteForeign: true });
      await typed(`link add name it-up type veth peer name it-down netns ${name}`);
      await living.remove();
      for (let wait = 0; wait < 500 && (await linkNames()).includes("it-up"); wait++) await sleep(20);
      expect(await linkNames()).to.deep.equal(["lo"]);
    });
  });
});
