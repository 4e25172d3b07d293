import { expect } from "chai";
import { claim } from "../../../provider/engine/claims";
import type { Args, Definition } from "../../../provider/engine/definition";
import * as engine from "../../../provider/engine/lifecycle";
import { bridge } from "../../../provider/kinds/bridge";
import { birthGroup } from "../../../provider/kinds/links/identity";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { checked, markFor } from "../../support/args";
import {
  belonging,
  failure,
  foreign,
  Living,
  link,
  linkNames,
  onKernel,
  refusedAsIncompatible,
  skip,
  typed,
  WatchedHost,
  wholeLink,
} from "../../support/kernel";

//   host                          it-bridge
//   ┌──────────────────┐          ┌──────────────────┐
//   │  it-br0, alone   │          │  it-br0, alone   │
//   │  or with it-port │          │                  │
//   └──────────────────┘          └──────────────────┘

const definition: Definition = bridge;
const name = "it-br0";
const namespace = "it-bridge";
const mark = markFor("Bridge", "it");
const mac = "02:00:00:00:00:10";
const plain = { name, mac, mtu: 1500 };
const all = {
  name,
  mac,
  mtu: 1400,
  stp: true,
  forwardDelay: 2.5,
  ageingTime: 60.1,
  vlanFiltering: false,
  groupFwdMask: 0x4000,
  up: true,
};

const create = (given: Args, host = localHost) => Living.create(definition, given, "it", host);

/** The output of the tools about the bridge. */
async function shown(where?: string) {
  const found = await link(name, where);
  if (!found) return undefined;
  const { ifindex, address, mtu, flags, ifalias, linkinfo } = found;
  const { stp_state, forward_delay, ageing_time, vlan_filtering, group_fwd_mask } = Reflect.get(
    Object(linkinfo),
    "info_data",
  );
  return {
    ...{ ifindex, address, mtu, ifalias, stp_state, forward_delay, ageing_time, vlan_filtering },
    group_fwd_mask: Number(group_fwd_mask),
    up: flags.includes("UP"),
  };
}

const hasVlanFiltering = async (): Promise<boolean> => {
  const error = await typed("link add name it-vlan type bridge vlan_filtering 1").catch(
    (error: unknown) => error,
  );
  if (error instanceof Error) return false;
  await typed("link del dev it-vlan");
  return true;
};

describe("Bridge, with the kernel", () => {
  onKernel({ namespaces: [namespace] });

  for (const where of [undefined, namespace]) {
    describe(where === undefined ? "in the host's own namespace" : "in a namespace", () => {
      const place = where === undefined ? {} : { namespace: where };

      it("equals the arguments, and the output of `ip`", async () => {
        const living = await create({ ...all, ...place });
        const seen = await shown(where);
        expect(living.id).to.equal(where === undefined ? name : `${where}/${name}`);
        expect(living.state).to.deep.equal({ ...all, ...place, mark, ifindex: seen?.ifindex });
        expect(seen).to.deep.equal({
          ifindex: seen?.ifindex,
          address: mac,
          mtu: 1400,
          ifalias: mark,
          stp_state: 1,
          forward_delay: 250,
          ageing_time: 6010,
          vlan_filtering: 0,
          group_fwd_mask: 0x4000,
          up: true,
        });
        await living.remove();
        expect(await shown(where)).to.equal(undefined);
      });

      it("is found by a second creation, which changes nothing", async () => {
        const first = await create({ ...all, ...place });
        const host = new WatchedHost();
        const second = await create({ ...all, ...place }, host);
        expect(host.changes).to.deep.equal([]);
        expect(second.state).to.deep.equal(first.state);
      });

      it("is deleted by its removal, and a second removal does nothing", async () => {
        const living = await create({ ...plain, ...place });
        const host = new WatchedHost();
        await living.remove(host);
        expect(host.changes).to.have.lengthOf(1);
        await living.remove(host);
        expect(host.changes).to.have.lengthOf(1);
        expect(await living.refresh()).to.deep.equal(["gone"]);
      });
    });
  }

  describe("updates", () => {
    const rows: readonly (readonly [change: Args, seen: object])[] = [
      [{ mac: "02:00:00:00:00:11" }, { address: "02:00:00:00:00:11" }],
      [{ mtu: 1400 }, { mtu: 1400 }],
      [{ stp: true }, { stp_state: 1 }],
      [{ forwardDelay: 0 }, { forward_delay: 0 }],
      [{ forwardDelay: 30 }, { forward_delay: 3000 }],
      [{ ageingTime: 0 }, { ageing_time: 0 }],
      [{ ageingTime: 1_000_000 }, { ageing_time: 100_000_000 }],
      [{ groupFwdMask: 0xfff8 }, { group_fwd_mask: 0xfff8 }],
      [{ up: false }, { up: false }],
      [
        { stp: true, forwardDelay: 2 },
        { stp_state: 1, forward_delay: 200 },
      ],
      [
        { mac: "02:00:00:00:00:11", mtu: 1400, stp: true, ageingTime: 1, groupFwdMask: 8, up: false },
        {
          address: "02:00:00:00:00:11",
          mtu: 1400,
          stp_state: 1,
          ageing_time: 100,
          group_fwd_mask: 8,
          up: false,
        },
      ],
    ];
    for (const [change, different] of rows) {
      it(`${JSON.stringify(change)} in place, and back`, async () => {
        const living = await create(plain);
        const before = await shown();

        expect(await living.become({ ...plain, ...change })).to.equal("update");
        expect(await shown()).to.deep.equal({ ...before, ...different });
        expect(await living.refresh()).to.deep.equal([]);

        expect(await living.become(plain)).to.equal("update");
        expect(await shown()).to.deep.equal(before);
        expect(await living.become(plain)).to.equal("nothing");
      });
    }

    it("spanning tree off and a short delay together, which the kernel accepts only one after the other", async () => {
      const living = await create({ ...plain, stp: true });
      expect(await living.become({ ...plain, stp: false, forwardDelay: 0 })).to.equal("update");
      expect(await shown()).to.include({ stp_state: 0, forward_delay: 0 });
      expect(await living.become({ ...plain, stp: true, forwardDelay: 15 })).to.equal("update");
      expect(await shown()).to.include({ stp_state: 1, forward_delay: 1500 });
    });

    it("the mark of a resource renamed under an alias", async () => {
      const living = await create(plain);
      const { ifindex } = (await shown()) ?? {};
      living.name = "other";
      expect(await living.become(plain)).to.equal("update");
      expect(await shown()).to.include({ ifindex, ifalias: markFor("Bridge", "other") });
    });
  });

  describe("replacements", () => {
    const rows: readonly (readonly [path: string, given: Args])[] = [
      ["name", { ...plain, name: "it-br1" }],
      ["namespace", { ...plain, namespace }],
      ["mtu", { name, mac }],
    ];
    for (const [path, given] of rows) {
      it(`${path}: deletes the old one and creates the new one`, async () => {
        const living = await create(plain);
        const { ifindex } = (await shown()) ?? {};
        expect(await living.become(given)).to.equal(`replace ${path}`);
        expect((await shown())?.ifindex).to.not.equal(ifindex);
        expect(await living.refresh()).to.deep.equal([]);
        await living.remove();
        expect([...(await linkNames()), ...(await linkNames(namespace))]).to.deep.equal(["lo", "lo"]);
      });
    }
  });

  describe("drift", () => {
    const rows: readonly (readonly [line: string, ...paths: string[]])[] = [
      ["link set dev it-br0 address 02:00:00:00:00:12", "mac"],
      ["link set dev it-br0 mtu 1300", "mtu"],
      ["link set dev it-br0 type bridge stp_state 1", "stp"],
      ["link set dev it-br0 type bridge forward_delay 400", "forwardDelay"],
      ["link set dev it-br0 type bridge ageing_time 100", "ageingTime"],
      ["link set dev it-br0 type bridge group_fwd_mask 8", "groupFwdMask"],
      ["link set dev it-br0 down", "up"],
      ["link set dev it-br0 mtu 1300 down", "mtu", "up"],
    ];
    for (const [line, ...paths] of rows) {
      it(`${line}: ${paths.join(", ")}`, async () => {
        const living = await create(plain);
        const before = await shown();
        await typed(line);
        expect(await living.refresh()).to.deep.equal(paths);
        expect(await living.become(plain)).to.equal("update");
        expect(await shown()).to.deep.equal(before);
        expect(await living.refresh()).to.deep.equal([]);
      });
    }

    it("a deletion by hand: gone, and recreated", async () => {
      const living = await create(plain);
      await typed(`link del dev ${name}`);
      expect(await living.refresh()).to.deep.equal(["gone"]);
      expect((await create(plain)).state).to.deep.equal({
        ...living.state,
        ifindex: (await shown())?.ifindex,
      });
    });

    it("another bridge of its name: gone", async () => {
      const living = await create(plain);
      await typed(`link del dev ${name}`);
      await typed(`link add name ${name} type bridge`);
      expect(await living.refresh()).to.deep.equal(["gone"]);
    });
  });

  describe("foreign objects", () => {
    for (const [what, line, refusal] of [
      ["a bridge without a mark", `link add name ${name} type bridge`, foreign(name)],
      [
        "another kind of link",
        `link add name ${name} type veth peer name it-peer`,
        refusedAsIncompatible(name, "is a veth link, not a bridge"),
      ],
    ] as const) {
      it(`${what} is refused, unchanged, and survives a removal`, async () => {
        await typed(line);
        const before = await wholeLink(name);
        expect(await failure(create(plain))).to.equal(refusal);
        await engine.remove(definition, localHost, checked(definition, plain, "it"));
        expect(await wholeLink(name)).to.equal(before);
      });
    }

    it("another resource's bridge is refused by its name", async () => {
      await Living.create(definition, plain, "other");
      const before = await wholeLink(name);
      expect(await failure(create(plain))).to.equal(belonging(name, 'Bridge "other"'));
      expect(await wholeLink(name)).to.equal(before);
    });
  });

  describe("failures", () => {
    it("leaves nothing after a creation that fails halfway", async () => {
      const host = new WatchedHost({ at: / alias /, reason: "NotPermitted" });
      expect(await failure(create(plain, host))).to.match(/^NotPermitted: ip link set dev it-br0 alias /);
      expect(host.changes.map((command) => command.split(" ").slice(0, 3).join(" "))).to.deep.equal([
        "ip link add",
        "ip link set",
        "ip link del",
      ]);
      expect(await linkNames()).to.deep.equal(["lo"]);
    });

    it("recognizes a bridge that a crash left without a mark by its first group, and completes it", async () => {
      await typed(`link add name ${name} group ${birthGroup(mark)} type bridge`);
      const { ifindex } = (await shown()) ?? {};
      const living = await create({ name, mtu: 1400 });
      expect(living.state["ifindex"]).to.equal(ifindex);
      expect(await shown()).to.include({ ifindex, ifalias: mark, mtu: 1400, up: true });
      expect(await link(name)).to.include({ group: "default" });
    });

    it("names a missing namespace", async () => {
      expect(await failure(create({ ...plain, namespace: "it-nowhere" }))).to.equal(
        `NotFound: ip -n it-nowhere link add name ${name} address ${mac} group ${birthGroup(mark)} mtu 1499 type bridge: ` +
          'Cannot open network namespace "it-nowhere": No such file or directory',
      );
    });

    it("is not confused by a namespace deleted with its bridge", async () => {
      await typed("netns add it-gone");
      const living = await create({ ...plain, namespace: "it-gone" });
      await typed("netns del it-gone");
      expect(await living.refresh()).to.deep.equal(["gone"]);
      await living.remove();
    });
  });

  describe("ports", () => {
    const port = async (mtu: number) => {
      await typed(`link add name it-port mtu ${mtu} type veth peer name it-far`);
      await typed(`link set dev it-port master ${name} up`);
    };

    for (const mtu of [1400, 1500]) {
      it(`do not change a given MTU of ${mtu}, nor the MAC address`, async () => {
        const living = await create({ name, mac, mtu });
        await port(mtu === 1500 ? 1300 : 1500);
        expect(await shown()).to.include({ mtu, address: mac });
        expect(await living.refresh()).to.deep.equal([]);
      });
    }

    it("set an MTU that is not given, which is not drift", async () => {
      const living = await create({ name, mac });
      await port(1300);
      expect(await shown()).to.include({ mtu: 1300, address: mac });
      expect(await living.refresh()).to.deep.equal([]);
      expect(await living.become({ name, mac })).to.equal("nothing");
    });
  });

  describe("a takeover by another resource of the stack", () => {
    const heir = checked(definition, { name, mac }, "heir");
    const takeOver = () => {
      claim(definition, localHost, heir);
      return engine.create(definition, localHost, heir);
    };

    it("is refused if the MTU was set, because the bridge would never follow its ports again", async () => {
      await create({ name, mac, mtu: 1400 });
      expect(await failure(takeOver())).to.include(
        `${name} cannot be taken over from Bridge "it": mtu cannot change in place`,
      );
      expect(await shown()).to.include({ mtu: 1400, ifalias: mark });
    });

    it("happens in place if the MTU follows the ports", async () => {
      await create({ name, mac });
      await typed("link add name it-port mtu 1300 type veth peer name it-far");
      await typed(`link set dev it-port master ${name} up`);
      await takeOver();
      expect(await shown()).to.include({ mtu: 1300, ifalias: markFor("Bridge", "heir") });
    });
  });

  describe("VLAN filtering", () => {
    it("is a clear error if the kernel lacks it, and leaves nothing", async function () {
      if (await hasVlanFiltering())
        skip(this, "this kernel has VLAN filtering (CONFIG_BRIDGE_VLAN_FILTERING)");
      expect(await failure(create({ ...plain, vlanFiltering: true }))).to.equal(
        `Unsupported: ip link add name ${name} address ${mac} group ${birthGroup(mark)} mtu 1499 type bridge vlan_filtering 1: ` +
          "RTNETLINK answers: Operation not supported",
      );
      expect(await linkNames()).to.deep.equal(["lo"]);
    });

    it("is a clear error for an existing bridge, and leaves it unchanged", async function () {
      if (await hasVlanFiltering())
        skip(this, "this kernel has VLAN filtering (CONFIG_BRIDGE_VLAN_FILTERING)");
      const living = await create(plain);
      const before = await shown();
      expect(await failure(living.become({ ...plain, vlanFiltering: true }))).to.equal(
        `Unsupported: ip link set dev ${name} type bridge vlan_filtering 1: RTNETLINK answers: Operation not supported`,
      );
      expect(await shown()).to.deep.equal(before);
    });

    it("is switched in place, shown as drift, and restored", async function () {
      if (!(await hasVlanFiltering())) {
        skip(this, "this kernel has no VLAN filtering (CONFIG_BRIDGE_VLAN_FILTERING)");
      }
      const living = await create({ ...plain, vlanFiltering: true });
      expect(await shown()).to.include({ vlan_filtering: 1 });
      await typed(`link set dev ${name} type bridge vlan_filtering 0`);
      expect(await living.refresh()).to.deep.equal(["vlanFiltering"]);
      expect(await living.become({ ...plain, vlanFiltering: true })).to.equal("update");
      expect(await living.become(plain)).to.equal("update");
      expect(await shown()).to.include({ vlan_filtering: 0 });
    });
  });
});
