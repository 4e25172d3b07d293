import { expect } from "chai";
import { z } from "zod";
import type { Args, Definition } from "../../../provider/engine/definition";
import * as engine from "../../../provider/engine/lifecycle";
import { address } from "../../../provider/kinds/address";
import { command } from "../../../provider/linux/command";
import { PartialError } from "../../../provider/linux/errors";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { markFor } from "../../support/args";
import {
  belonging,
  crashing,
  errorOf,
  failure,
  foreign,
  Living,
  linkNames,
  onKernel,
  recorded,
  typed,
  WatchedHost,
} from "../../support/kernel";

//   host                     it-addr
//   ┌──────────────────┐     ┌──────────────────┐
//   │  it-own: marked  │     │  it-own: marked  │
//   │  it-foreign      │     │  lo              │
//   └──────────────────┘     └──────────────────┘

const definition: Definition = address;
const namespace = "it-addr";
const own = { interface: "it-own" };
const mark = markFor("Address", "it");

const create = (given: Args, name = "it", host = localHost) => Living.create(definition, given, name, host);

const Shown = z.array(
  z.object({
    addr_info: z.array(
      z.object({
        local: z.string(),
        address: z.string().optional(),
        prefixlen: z.number(),
        scope: z.string(),
        nodad: z.boolean().optional(),
        tentative: z.boolean().optional(),
      }),
    ),
  }),
);

/** Every address of a link, without those that the kernel adds. */
async function shown(link = "it-own", where?: string) {
  const [found] = Shown.parse(JSON.parse(await typed(`-j addr show dev ${link}`, where)));
  return (found?.addr_info ?? []).filter(({ local }) => !/^fe80::.*ff:fe/.test(local));
}

const promotion = (value?: number) => {
  const key = "net.ipv4.conf.it-own.promote_secondaries";
  const words = value === undefined ? ["-n", key] : ["-q", "-w", `${key}=${value}`];
  return localHost.run(command("sysctl", undefined, words));
};

const v4 = { ...own, address: "192.168.15.5/24" };
const v6 = { ...own, address: "fd00::5/64" };

describe("Address, with the kernel", () => {
  const bridges = [
    ["it-foreign", undefined],
    ["it-own", undefined],
    ["it-own", namespace],
  ] as const;
  onKernel({ namespaces: [namespace], bridges });

  before(async () => {
    for (const where of [undefined, namespace]) {
      await typed(`link set dev it-own alias ${markFor("Bridge", "own")} up`, where);
    }
    await typed(`link set dev lo alias ${markFor("Namespace", "addr")} up`, namespace);
  });

  afterEach(async () => {
    for (const [link, where] of [...bridges, ["lo", namespace] as const]) {
      await typed(`address flush dev ${link}`, where);
    }
  });

  const rows: readonly (readonly [title: string, given: Args, state: Args, seen: object])[] = [
    [
      "IPv4",
      v4,
      { scope: "global", ip: "192.168.15.5" },
      { local: "192.168.15.5", prefixlen: 24, scope: "global" },
    ],
    [
      "IPv4 of a scope",
      { ...v4, scope: "link" },
      { scope: "link", ip: "192.168.15.5" },
      { local: "192.168.15.5", prefixlen: 24, scope: "link" },
    ],
    [
      "IPv4 with a peer",
      { ...own, address: "10.0.0.1/32", peer: "10.0.0.2" },
      { peer: "10.0.0.2/32", scope: "global", ip: "10.0.0.1" },
      { local: "10.0.0.1", address: "10.0.0.2", prefixlen: 32, scope: "global" },
    ],
    [
      "IPv4 with a network behind its peer",
      { ...own, address: "10.0.0.1/32", peer: "10.0.0.2/24" },
      { peer: "10.0.0.2/24", scope: "global", ip: "10.0.0.1" },
      { local: "10.0.0.1", address: "10.0.0.2", prefixlen: 24, scope: "global" },
    ],
    [
      "IPv4 on the loopback link",
      { interface: "lo", namespace, address: "127.0.0.2/8" },
      { scope: "host", ip: "127.0.0.2" },
      { local: "127.0.0.2", prefixlen: 8, scope: "host" },
    ],
    [
      "IPv6, to be used at once",
      v6,
      { scope: "global", nodad: true, ip: "fd00::5" },
      { local: "fd00::5", prefixlen: 64, scope: "global", nodad: true },
    ],
    [
      "IPv6 that is looked for first",
      { ...v6, nodad: false },
      { scope: "global", nodad: false, ip: "fd00::5" },
      { local: "fd00::5", prefixlen: 64, scope: "global", tentative: true },
    ],
    [
      "IPv6 of the link",
      { ...own, address: "fe80::5/64" },
      { scope: "link", nodad: true, ip: "fe80::5" },
      { local: "fe80::5", prefixlen: 64, scope: "link", nodad: true },
    ],
    [
      "IPv6 with a peer",
      { ...own, address: "fd00::1/128", peer: "FD00::2" },
      { peer: "fd00::2/128", scope: "global", nodad: true, ip: "fd00::1" },
      { local: "fd00::1", address: "fd00::2", prefixlen: 128, scope: "global", nodad: true },
    ],
    [
      "IPv6 that is printed with dots",
      { ...own, address: "::5.6.7.8/128" },
      { address: "::506:708/128", scope: "global", nodad: true, ip: "::506:708" },
      { local: "::5.6.7.8", prefixlen: 128, scope: "global", nodad: true },
    ],
    [
      "IPv6 that only looks like one of the link",
      { ...own, address: "fe8::1/64" },
      { scope: "global", nodad: true, ip: "fe8::1" },
      { local: "fe8::1", prefixlen: 64, scope: "global", nodad: true },
    ],
    [
      "IPv4 in a namespace",
      { ...v4, namespace },
      { scope: "global", ip: "192.168.15.5" },
      { local: "192.168.15.5", prefixlen: 24, scope: "global" },
    ],
  ];
  for (const [title, given, state, seen] of rows) {
    describe(title, () => {
      const look = () =>
        shown(String(given["interface"]), given["namespace"] === undefined ? undefined : namespace);
      const ip = state["ip"];
      const mine = async () => (await look()).filter(({ local }) => Reflect.get(seen, "local") === local);

      it("equals the arguments, and the output of `ip`", async () => {
        const living = await create(given);
        expect(living.state).to.deep.equal({ ...given, ...state, mark, ip });
        expect(await mine()).to.deep.equal([seen]);
        expect(await living.refresh()).to.deep.equal([]);
        expect(await living.become(given)).to.equal("nothing");
      });

      it("is found by a second creation, deleted by its removal, and a second removal does nothing", async () => {
        const host = new WatchedHost();
        const first = await create(given, "it", host);
        expect(host.changes).to.have.lengthOf(1);
        const second = await create(given, "it", host);
        expect(host.changes).to.have.lengthOf(1);
        expect(second.state).to.deep.equal(first.state);

        await second.remove();
        expect(await mine()).to.deep.equal([]);
        expect(await second.refresh()).to.deep.equal(["gone"]);
        const again = new WatchedHost();
        await second.remove(again);
        expect(again.changes).to.deep.equal([]);
      });
    });
  }

  describe("replacements", () => {
    const point = { ...own, address: "10.0.0.1/32", peer: "10.0.0.2" };
    const rows: readonly (readonly [from: Args, to: Args, paths: string])[] = [
      [v4, { ...v4, interface: "it-foreign" }, "interface"],
      [v4, { ...v4, namespace }, "namespace"],
      [v4, { ...v4, address: "192.168.15.6/24" }, "address"],
      [v4, { ...v4, address: "192.168.15.5/25" }, "address"],
      [point, { ...point, peer: "10.0.0.3" }, "peer"],
      [point, { ...own, address: "10.0.0.1/32" }, "peer"],
      [v4, { ...v4, scope: "link" }, "scope"],
      [v6, { ...v6, nodad: false }, "nodad"],
    ];
    for (const [from, to, paths] of rows) {
      it(`${paths}: ${JSON.stringify(to)}`, async () => {
        const living = await create(from);
        expect(await living.become(to)).to.equal(`replace ${paths}`);
        expect(await living.refresh()).to.deep.equal([]);
        const everywhere = [
          ...(await shown()),
          ...(await shown("it-foreign")),
          ...(await shown("it-own", namespace)),
        ];
        expect(everywhere).to.have.lengthOf(1);
      });
    }
  });

  describe("drift", () => {
    const rows: readonly (readonly [given: Args, lines: readonly string[], ...paths: string[]])[] = [
      [v4, ["del 192.168.15.5/24", "add 192.168.15.5/24 scope link"], "scope"],
      [v6, ["del fd00::5/64", "add fd00::5/64"], "nodad"],
      [v4, ["del 192.168.15.5/24"], "gone"],
      [v4, ["del 192.168.15.5/24", "add 192.168.15.5/25"], "gone"],
    ];
    for (const [given, lines, ...paths] of rows) {
      it(`${lines.join(", ")}: ${paths.join(", ")}`, async () => {
        const living = await create(given);
        const before = await shown();
        for (const line of lines) await typed(`address ${line} dev it-own`);
        expect(await living.refresh()).to.deep.equal(paths);
        if (paths.includes("gone")) {
          await create(given);
          expect(await shown()).to.deep.include(before[0]);
        } else {
          expect(await living.become(given)).to.equal(`replace ${paths.join(", ")}`);
          expect(await shown()).to.deep.equal(before);
        }
      });
    }

    it("its link deleted by hand: gone", async () => {
      await typed("link add name it-short type bridge");
      const living = await create({ ...v4, interface: "it-short" });
      await typed("link del dev it-short");
      expect(await living.refresh()).to.deep.equal(["gone"]);
      await living.remove();
    });

    it("a foreign address beside it: none", async () => {
      const living = await create(v4);
      await typed("address add 192.168.15.9/24 dev it-own");
      expect(await living.refresh()).to.deep.equal([]);
    });
  });

  describe("foreign objects", () => {
    it("refuses an address on a link without our mark, and leaves it unchanged", async () => {
      await typed("address add 192.168.15.5/24 dev it-foreign scope link");
      const before = await shown("it-foreign");
      expect(await failure(create({ ...v4, interface: "it-foreign" }))).to.equal(
        foreign("it-foreign 192.168.15.5/24"),
      );
      expect(await shown("it-foreign")).to.deep.equal(before);
    });

    it("refuses an address on a link of another stack, and names that", async () => {
      const other = "pulumi-netns:Bridge:0123456789ab:project/other/net";
      await typed("link add name it-short type bridge");
      await typed(`link set dev it-short alias ${other}`);
      await typed("address add 192.168.15.5/24 dev it-short");
      expect(await failure(create({ ...v4, interface: "it-short" }))).to.equal(
        belonging("it-short 192.168.15.5/24", 'Bridge "net"', "project/other"),
      );
    });

    it("adds an address to a foreign link, which keeps its own", async () => {
      await typed("address add 192.168.15.1/24 dev it-foreign");
      const living = await create({ ...v4, interface: "it-foreign" });
      await living.remove();
      expect(await shown("it-foreign")).to.deep.equal([
        { local: "192.168.15.1", prefixlen: 24, scope: "global" },
      ]);
    });
  });

  describe("duplicate address detection", () => {
    const near = { interface: "it-near", address: "fd00::5/64", nodad: false };
    const flags = async () =>
      (await typed("-6 address show dev it-near to fd00::5")).match(/tentative|dadfailed/g);

    beforeEach(async () => {
      await typed(`link add name it-near type veth peer name it-far netns ${namespace}`);
      await typed("link set dev it-near up");
      await typed("link set dev it-far up", namespace);
    });

    it("waits for it if asked", async () => {
      const living = await create(near);
      expect(await flags()).to.equal(null);
      expect(await living.refresh()).to.deep.equal([]);
      await living.remove();
    });

    it("does not wait for it on a link that passes no packets", async () => {
      await typed("link set dev it-far down", namespace);
      const living = await create(near);
      expect(await flags()).to.deep.equal(["tentative"]);
      await living.remove();
    });

    it("names an address that another machine has, which can then be deleted", async () => {
      await typed("address add fd00::5/64 dev it-far nodad", namespace);
      const error = await errorOf(create(near));
      if (!(error instanceof PartialError)) throw error;
      expect(error.reasons).to.deep.equal([
        "address: is fd00::5/64, which another machine on this link has already (duplicate address detection, RFC 4862): ask for another",
      ]);
      await engine.remove(definition, localHost, { ...error.properties });
      expect(await shown("it-near")).to.deep.equal([]);
      expect(await recorded()).to.deep.equal([]);
      expect(await shown("it-far", namespace)).to.have.lengthOf(1);
    });
  });

  describe("the first address of a subnet", () => {
    const later = ["192.168.15.6", "192.168.15.7"];
    const locals = async () => (await shown()).map(({ local }) => local);

    for (const value of [0, 1]) {
      it(`keeps the later ones, and promote_secondaries at ${value}`, async () => {
        await promotion(value);
        const first = await create(v4);
        for (const ip of later) await typed(`address add ${ip}/24 dev it-own`);
        await first.remove();
        expect(await locals()).to.deep.equal(later);
        expect(await promotion()).to.equal(String(value));
      });
    }

    for (const [what, act] of [
      ["next removal", (one: Living) => one.remove()],
      ["next refresh", async (one: Living) => expect(await one.refresh()).to.deep.equal(["gone"])],
    ] as const) {
      it(`restores promote_secondaries at the ${what} after a killed removal`, async () => {
        await promotion(0);
        const first = await create(v4);
        for (const ip of later) await typed(`address add ${ip}/24 dev it-own`);
        expect((await errorOf(first.remove(crashing(2)))).message).to.equal("killed");
        expect([await locals(), await promotion()]).to.deep.equal([later, "110"]);
        await act(first);
        expect([await locals(), await promotion()]).to.deep.equal([later, "0"]);
      });
    }

    it("keeps foreign ones, however many of ours are deleted at the same time", async () => {
      await promotion(0);
      const ours = ["192.168.15.1", "192.168.15.2", "192.168.15.3", "192.168.15.4"];
      const living = [];
      for (const ip of ours) living.push(await create({ ...own, address: `${ip}/24` }, ip));
      for (const ip of later) await typed(`address add ${ip}/24 dev it-own`);
      await Promise.all(living.map((one) => one.remove()));
      expect(await locals()).to.deep.equal(later);
      expect(await promotion()).to.equal("0");
    });
  });

  it("has an entry for each of several peers", async () => {
    const point = { ...own, address: "10.0.0.1/32" };
    const [one, other] = [
      await create({ ...point, peer: "10.0.0.2" }, "one"),
      await create({ ...point, peer: "10.0.0.3" }, "other"),
    ];
    expect(await shown()).to.have.lengthOf(2);
    await one.remove();
    expect((await shown()).map(({ address }) => address)).to.deep.equal(["10.0.0.3"]);
    expect(await other.refresh()).to.deep.equal([]);
  });

  describe("failures", () => {
    it("names a missing link", async () => {
      expect(await failure(create({ ...v4, interface: "it-nowhere" }))).to.equal(
        'NotFound: ip address add 192.168.15.5/24 dev it-nowhere scope global: Cannot find device "it-nowhere"',
      );
    });

    it("names a missing namespace", async () => {
      expect(await failure(create({ ...v4, namespace: "it-nowhere" }))).to.equal(
        "NotFound: ip -n it-nowhere address add 192.168.15.5/24 dev it-own scope global: " +
          'Cannot open network namespace "it-nowhere": No such file or directory',
      );
    });

    it("is deleted with its namespace, and a removal after that does nothing", async () => {
      await typed("netns add it-gone");
      await typed(`link set dev lo alias ${markFor("Namespace", "gone")} up`, "it-gone");
      const living = await create({ interface: "lo", namespace: "it-gone", address: "10.0.0.1/32" });
      await typed("netns del it-gone");
      expect(await living.refresh()).to.deep.equal(["gone"]);
      await living.remove();
      expect(await linkNames()).to.include("it-own");
    });
  });
});
