import { expect } from "chai";
import type { Args, Definition } from "../../../provider/engine/definition";
import { sysctl } from "../../../provider/kinds/sysctl";
import { command } from "../../../provider/linux/command";
import { PartialError } from "../../../provider/linux/errors";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { markFor } from "../../support/args";
import { errorOf, failure, Living, onKernel, typed, WatchedHost } from "../../support/kernel";

// Only parameters of a network namespace: others would change the whole machine, even in a sandbox.

const definition: Definition = sysctl;
const namespace = "it-sysctl";
const mark = markFor("Sysctl", "it");
const TTL = "net.ipv4.ip_default_ttl";

const create = (given: Args, host = localHost) => Living.create(definition, given, "it", host);

const value = async (key: string, where?: string) =>
  (await localHost.run(command("sysctl", where, ["-n", key]))).replace(/\s+/g, " ").trim();

const set = (key: string, to: string | number, where?: string) =>
  localHost.run(command("sysctl", where, ["-q", "-w", `${key}=${to}`]));

describe("Sysctl, with the kernel", () => {
  onKernel({ namespaces: [namespace] });

  /** Key, the value before, a value to set, and another one. */
  const rows: readonly (readonly [key: string, former: string, one: string, other: string])[] = [
    [TTL, "64", "65", "66"],
    ["net/ipv4/ip_default_ttl", "64", "65", "66"],
    ["net.ipv4.tcp_rmem", "4096 8192 16384", "4096 8192 16385", "4097 8192 16385"],
    ["net.ipv4.ip_local_reserved_ports", "", "80,443", "80"],
    ["net/ipv4/conf/it.0.1/rp_filter", "0", "1", "2"],
    ["net.ipv4.conf.it/0/1.rp_filter", "0", "1", "2"],
  ];

  for (const where of [undefined, namespace]) {
    for (const [key, former, one, other] of rows) {
      describe(`${key} in ${where === undefined ? "the host's own namespace" : "a namespace"}`, () => {
        const place = where === undefined ? {} : { namespace: where };
        const given = { key, value: one, ...place };
        let before: string;

        beforeEach(async () => {
          await typed("link add name it.0.1 type bridge", where);
          before = await value(key, where);
          await set(key, former, where);
        });
        afterEach(async () => {
          await set(key, before, where);
          await typed("link del dev it.0.1", where);
        });

        it("is set, changed, and restored", async () => {
          const living = await create(given);
          expect(living.state).to.deep.equal({
            ...given,
            mark,
            former: { era: localHost.era, args: { value: former } },
          });
          expect(await value(key, where)).to.equal(one);
          expect(await living.refresh()).to.deep.equal([]);

          expect(await living.become({ ...given, value: other })).to.equal("update");
          expect(await value(key, where)).to.equal(other);
          expect(living.state).to.deep.equal({
            ...given,
            value: other,
            mark,
            former: { era: localHost.era, args: { value: former } },
          });

          await living.remove();
          expect(await value(key, where)).to.equal(former);
        });

        it("shows a change by hand as drift, restores it, and keeps the former value", async () => {
          const living = await create(given);
          await set(key, other, where);
          expect(await living.refresh()).to.deep.equal(["value"]);
          expect(await living.become(given)).to.equal("update");
          expect(await value(key, where)).to.equal(one);
          await living.remove();
          expect(await value(key, where)).to.equal(former);
        });
      });
    }
  }

  describe("in a namespace", () => {
    const given = { key: TTL, value: "65", namespace };
    beforeEach(() => set(TTL, 64, namespace));

    it("runs nothing if the value is already set, at creation and removal", async () => {
      await set(TTL, 65, namespace);
      const host = new WatchedHost();
      const living = await create(given, host);
      expect(living.state).to.deep.equal({
        ...given,
        mark,
        former: { args: { value: "65" } },
      });
      await living.remove(host);
      expect(host.changes).to.deep.equal([]);
    });

    it("changes nothing at a second removal", async () => {
      const living = await create(given);
      await living.remove();
      const host = new WatchedHost();
      await living.remove(host);
      expect(host.changes).to.deep.equal([]);
    });

    it("accepts numbers, booleans and any white space for the kernel's form", async () => {
      const forwarding = { key: "net.ipv4.ip_forward", namespace };
      const living = await create({ ...forwarding, value: true });
      expect(living.state).to.have.nested.property("former.args.value", "0");
      expect(living.state).to.deep.include({ value: "1" });
      expect(living.state).to.have.nested.property("former.era", localHost.era);
      expect(await living.become({ ...forwarding, value: 1 })).to.equal("nothing");
      expect(await living.become({ ...forwarding, value: " 1 " })).to.equal("nothing");
      await living.remove();
      expect(await value("net.ipv4.ip_forward", namespace)).to.equal("0");

      const range = await create({ key: "net.ipv4.ip_local_port_range", namespace, value: "1024\t  65000" });
      expect(range.state).to.deep.include({
        value: "1024 65000",
        former: { era: localHost.era, args: { value: "32768 60999" } },
      });
      expect(await range.refresh()).to.deep.equal([]);
      await range.remove();
    });

    for (const [path, to, elsewhere] of [
      [
        "key",
        { ...given, key: "net.ipv4.conf.default.rp_filter", value: "1" },
        "net.ipv4.conf.default.rp_filter",
      ],
      ["namespace", { ...given, namespace: "it-other" }, TTL],
    ] as const) {
      it(`is restored here and set there on another ${path}`, async () => {
        await typed("netns add it-other");
        const living = await create(given);
        const replaced = path === "key" ? "replace key" : "replace namespace";
        expect(await living.become(to)).to.equal(replaced);
        expect(await value(TTL, namespace)).to.equal("64");
        expect(await value(elsewhere, to.namespace)).to.equal(to.value);
        await living.remove();
      });
    }

    it("disappears with its namespace or its link, and its removal then does nothing", async () => {
      await typed("netns add it-gone");
      await typed("link add name it-link type bridge", namespace);
      const inGone = await create({ ...given, namespace: "it-gone" });
      const ofLink = await create({ key: "net.ipv4.conf.it-link.rp_filter", value: 1, namespace });
      await typed("netns del it-gone");
      await typed("link del dev it-link", namespace);
      for (const living of [inGone, ofLink]) {
        expect(await living.refresh()).to.deep.equal(["gone"]);
        await living.remove();
      }
    });

    it("names a parameter that does not exist", async () => {
      expect(await failure(create({ key: "net.ipv4.no_such_thing", value: 1, namespace }))).to.equal(
        `NotFound: ip netns exec ${namespace} sysctl -q -w net.ipv4.no_such_thing=1: ` +
          "sysctl: cannot stat /proc/sys/net/ipv4/no_such_thing: No such file or directory",
      );
    });

    it("names a value that the kernel refuses, and keeps the current one", async () => {
      expect(await failure(create({ ...given, value: 999 }))).to.equal(
        `Failed: ip netns exec ${namespace} sysctl -q -w ${TTL}=999: sysctl: setting key "${TTL}": Invalid argument`,
      );
      expect(await value(TTL, namespace)).to.equal("64");
    });

    it("returns a value that the kernel writes in another form, with the former one, so that it can be restored", async () => {
      const error = await errorOf(create({ ...given, value: "0x41" }));
      if (!(error instanceof PartialError)) throw error;
      expect({ ...error }).to.deep.include({
        id: `${namespace}/${TTL}`,
        properties: { ...given, mark, former: { era: localHost.era, args: { value: "64" } } },
        reasons: ['value: asked for "0x41", but the kernel has "65"'],
      });
    });
  });
});
