import { existsSync } from "node:fs";
import { expect } from "chai";
import { provider } from "../../../provider/adapter/dynamic";
import type { Args } from "../../../provider/engine/definition";
import * as engine from "../../../provider/engine/lifecycle";
import { address } from "../../../provider/kinds/address";
import { bridge } from "../../../provider/kinds/bridge";
import { namespace } from "../../../provider/kinds/namespace";
import { sysctl } from "../../../provider/kinds/sysctl";
import { vethPair } from "../../../provider/kinds/vethPair";
import { command } from "../../../provider/linux/command";
import { PartialError } from "../../../provider/linux/errors";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { checked, markFor } from "../../support/args";
import { HERE } from "../../support/fakeHost";
import {
  crashing,
  errorOf,
  failure,
  Living,
  linkNames,
  namespaceNames,
  onKernel,
  typed,
  WatchedHost,
} from "../../support/kernel";

//   host                                     it-red                   it-blue
//   ┌─────────────────────────────┐         ┌───────────────────┐    ┌───────────────────┐
//   │  it-net 192.168.15.5/24     │         │  192.168.15.1/24  │    │  192.168.15.2/24  │
//   │  ├── it-red-br ───────────────────────── it-red-eth       │    │                   │
//   │  └── it-blue-br ─────────────────────────────────────────────── it-blue-eth        │
//   └─────────────────────────────┘         └───────────────────┘    └───────────────────┘

const net = { name: "it-net" };
const rooms = ["red", "blue"] as const;
const room = (name: string) => ({ name: `it-${name}` });
const cable = (name: string) => ({
  end: { name: `it-${name}-eth`, namespace: `it-${name}` },
  peer: { name: `it-${name}-br`, bridge: "it-net" },
});
const ip = (name: string, host: number) => ({
  interface: `it-${name}-eth`,
  namespace: `it-${name}`,
  address: `192.168.15.${host}/24`,
});

/** A failed run ends once everything that it began has ended, as with the engine. The next one starts after it. */
async function together<T>(works: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(works);
  return Promise.all(works);
}

/** The whole network, in the engine's order and parallelism. */
async function build(host = localHost) {
  const make = (...[definition, given, name]: Parameters<typeof Living.create>) =>
    Living.create(definition, given, name, host);
  const first = await together([
    make(bridge, net, "net"),
    ...rooms.map((name) => make(namespace, room(name), name)),
  ]);
  const cables = await together(rooms.map((name) => make(vethPair, cable(name), name)));
  const rest = await together([
    make(address, { interface: "it-net", address: "192.168.15.5/24" }, "gateway"),
    ...rooms.map((name, at) => make(address, ip(name, at + 1), name)),
    make(sysctl, { key: "net.ipv4.ip_forward", value: 1 }, "forwarding"),
  ]);
  return { first, cables, rest, all: [...first, ...cables, ...rest] };
}

const forwarding = () => localHost.run(command("sysctl", undefined, ["-n", "net.ipv4.ip_forward"]));

describe("engine, with the kernel", () => {
  onKernel();

  beforeEach(() => localHost.run(command("sysctl", undefined, ["-q", "-w", "net.ipv4.ip_forward=0"])));

  describe("a network of every kind", () => {
    it("is built, unchanged at a refresh, and deleted without a trace", async () => {
      const { first, cables, rest, all } = await build();
      expect(await Promise.all(all.map((living) => living.refresh()))).to.deep.equal(all.map(() => []));
      for (const level of [rest, cables, first]) await Promise.all(level.map((living) => living.remove()));
      expect(await linkNames()).to.deep.equal(["lo"]);
      expect(await namespaceNames()).to.deep.equal([]);
      expect(await forwarding()).to.equal("0");
    });

    it("carries packets", async () => {
      await build();
      const ping = (from: string | undefined, to: string) =>
        // `flock` can start any program, and only we lock the folder.
        localHost.run(command("flock", from, ["--shared", "/run", "ping", "-c", "1", "-w", "5", to]));
      expect(await ping("it-red", "192.168.15.2")).to.include(" 0% packet loss");
      expect(await ping("it-blue", "192.168.15.5")).to.include(" 0% packet loss");
      expect(await ping(undefined, "192.168.15.1")).to.include(" 0% packet loss");
    });

    it("is found complete by a second run, which changes nothing", async () => {
      await build();
      const host = new WatchedHost();
      await build(host);
      expect(host.changes).to.deep.equal([]);
    });

    it("is deleted with its namespaces and its bridge: dependents need no removal, and tolerate none", async () => {
      const { first, cables, rest } = await build();
      await Promise.all(first.map((living) => living.remove()));
      expect(await linkNames()).to.deep.equal(["lo"]);
      for (const living of [...cables, ...rest.slice(0, -1)])
        expect(await living.refresh()).to.deep.equal(["gone"]);
      for (const living of [...cables, ...rest]) await living.remove();
      expect(await forwarding()).to.equal("0");
    });

    it("completes in another run wherever the first was interrupted", async () => {
      const whole = new WatchedHost();
      await build(whole);
      const steps = whole.changes.length;
      for (let stop = 0; stop < steps; stop += 3) {
        for (const name of [...rooms.map((name) => `netns del it-${name}`), "link del dev it-net"])
          await typed(name);
        while ((await linkNames()).length > 1) await localHost.wait(5);
        await failure(build(crashing(stop)));
        const { all } = await build();
        expect(await Promise.all(all.map((living) => living.refresh()))).to.deep.equal(all.map(() => []));
      }
    });
  });

  describe("the adapter", () => {
    const KEY = "net.ipv4.ip_default_ttl";
    const inputs = (value: string): Args => ({
      ...checked(sysctl, { key: KEY, value, namespace: "it-red" }, "ttl"),
      __provider: "text",
    });
    const former = { era: localHost.era, args: { value: "64" } };
    const ttl = () => localHost.run(command("sysctl", "it-red", ["-n", KEY]));

    beforeEach(async () => {
      await typed("netns add it-red");
    });

    it("takes a resource through its whole life", async () => {
      const { inputs: args = {} } = await call(provider.check?.({}, inputs("65")));
      const { id, outs = {} } = await provider.create(args);
      expect([id, outs]).to.deep.equal([`it-red/${KEY}`, { ...args, former }]);
      expect(await ttl()).to.equal("65");

      expect(await call(provider.diff?.(id, outs, inputs("66")))).to.deep.equal({
        changes: true,
        replaces: [],
        deleteBeforeReplace: true,
      });
      const { outs: updated = {} } = await call(provider.update?.(id, outs, inputs("66")));
      expect(updated).to.deep.equal({ ...args, value: "66", former });

      await localHost.run(command("sysctl", "it-red", ["-q", "-w", `${KEY}=67`]));
      expect(await call(provider.read?.(id, updated))).to.deep.equal({
        id,
        props: { ...args, value: "67", former },
        inputs: { ...args, value: "67" },
      });
      await provider.delete?.(id, { ...updated, __provider: "text" });
      expect(await ttl()).to.equal("64");
    });

    it("returns a state for a partial creation, so that it can be deleted", async () => {
      const error = await errorOf(provider.create(inputs("0x41")));
      if (!(error instanceof PartialError)) throw error;
      expect(await ttl()).to.equal("65");
      expect(error.properties).to.deep.equal({ ...inputs("65"), former });
      await provider.delete?.(error.id, { ...error.properties });
      expect(await ttl()).to.equal("64");
    });
  });

  it("distinguishes a missing program inside a namespace from a missing object", async () => {
    await typed("netns add it-red");
    const unheardOf = JSON.parse('{"tool":"no-such-program","args":[],"namespace":"it-red"}');
    expect(await failure(localHost.run(unheardOf))).to.equal(
      'ToolMissing: ip netns exec it-red no-such-program: exec of "no-such-program" failed: No such file or directory',
    );
  });

  it("touches nothing at check and diff", async () => {
    const args = checked(namespace, { name: "it-red" }, "untouched");
    engine.check(namespace, HERE, { name: "it-red", mark: markFor("Namespace", "untouched") });
    engine.diff(namespace, HERE, args, { ...args, name: "it-blue" });
    expect(existsSync("/run/netns/it-red")).to.equal(false);
  });
});

/** The result of a method that every provider of ours has. */
async function call<T>(result: Promise<T> | undefined): Promise<T> {
  if (result === undefined) throw new Error("the provider has no such method");
  return result;
}
