import { expect } from "chai";
import type { Args, Definition } from "../../../provider/engine/definition";
import { UNKNOWN } from "../../../provider/engine/unknown";
import { neighbor } from "../../../provider/kinds/neighbor";
import {
  asObserved,
  checked,
  itCreates,
  itDiffers,
  itRefuses,
  itUpdates,
  markFor,
  printed,
} from "../../support/args";

const definition: Definition = neighbor;
const lladdr = "02:00:00:00:00:09";
const given = { interface: "br0", address: "10.0.0.9", lladdr };
const state = checked(definition, given, "it");
const state6 = checked(definition, { ...given, address: "fd00::9" }, "it");

describe("Neighbor", () => {
  describe("check", () => {
    const rows: readonly (readonly [given: object, args: object])[] = [
      [
        { address: "10.0.0.9", lladdr },
        { address: "10.0.0.9", lladdr, state: "permanent", proxy: false },
      ],
      [
        { address: "FD00:0::9", lladdr: "02:AB:00:00:00:09", state: "noarp", router: true },
        { address: "fd00::9", lladdr: "02:ab:00:00:00:09", state: "noarp", router: true, proxy: false },
      ],
      [
        { address: "fe80::9", lladdr },
        { address: "fe80::9", lladdr, state: "permanent", router: false, proxy: false },
      ],
      // Microsoft's NLB: a unicast address behind a group of machines.
      [
        { address: "10.0.0.9", lladdr: "03:bf:0a:00:00:09" },
        { address: "10.0.0.9", lladdr: "03:bf:0a:00:00:09", state: "permanent", proxy: false },
      ],
      [
        { address: "10.0.0.9", proxy: true },
        { address: "10.0.0.9", proxy: true },
      ],
      [
        { address: "fd00::9", proxy: true },
        { address: "fd00::9", proxy: true, router: false },
      ],
      [
        { address: UNKNOWN, lladdr },
        { address: UNKNOWN, lladdr, state: "permanent", proxy: false },
      ],
      [
        { address: "10.0.0.9", proxy: UNKNOWN },
        { address: "10.0.0.9", state: UNKNOWN, proxy: UNKNOWN },
      ],
    ];
    for (const [asked, args] of rows) {
      it(JSON.stringify(asked), () => {
        expect(checked(definition, { interface: "br0", ...asked }, "it")).to.deep.equal({
          interface: "br0",
          ...args,
          mark: markFor("Neighbor", "it"),
        });
      });
    }

    const noMeaning =
      "has no meaning for a proxy entry, which is answered with the link's own address: leave it out";
    itRefuses(definition, { ...given, interface: "bad-neighbor" }, [
      [{ interface: undefined }, "interface: is required"],
      [
        { interface: "a".repeat(16) },
        'interface: is 16 bytes long, and the kernel takes 15: give a shorter name, as "aaaaaaaaa-aaaaa"',
      ],
      [{ interface: "lo" }, "interface: is lo, which has no neighbours: name another link"],
      [{ namespace: "-red" }, "namespace: may not start with `-`: tools would read it as an option"],
      [{ address: undefined }, "address: is required"],
      [
        { address: "10.0.0.9/24" },
        'address: is "10.0.0.9/24", not an IPv4 or IPv6 address such as 192.168.15.1',
      ],
      [
        { address: "224.0.0.1" },
        "address: is 224.0.0.1, which is not the address of one machine, but a multicast one: name a machine",
      ],
      [
        { address: "ff02::1" },
        "address: is ff02::1, which is not the address of one machine, but a multicast one: name a machine",
      ],
      [
        { lladdr: undefined },
        "lladdr: is required: the MAC address of the neighbour, or `proxy: true` to answer in its place",
      ],
      [{ lladdr: "02:0:0:0:0:9" }, 'lladdr: is "02:0:0:0:0:9", not a MAC address such as 02:00:00:00:00:01'],
      [
        { lladdr: "00:00:00:00:00:00" },
        'lladdr: is "00:00:00:00:00:00", not a MAC address such as 02:00:00:00:00:01',
      ],
      [{ state: "reachable" }, 'state: is "reachable", not one of permanent, noarp'],
      [{ router: true }, "router: has no meaning for an IPv4 address: leave it out"],
      [{ proxy: true }, `lladdr: ${noMeaning}`],
      [{ proxy: true, lladdr: undefined, state: "noarp" }, `state: ${noMeaning}`],
    ]);
  });

  describe("diff", () => {
    itDiffers(definition, state6, [
      ["interface", "br1", "replace"],
      ["namespace", "red", "replace"],
      ["address", "fd00::8", "replace"],
      ["lladdr", "02:00:00:00:00:08", "update"],
      ["state", "noarp", "update"],
      ["router", true, "update"],
      ["proxy", true, "replace"],
      ["adopt", true, "update"],
    ]);
  });

  it("is identified by its link and its address, and a proxy entry separately", () => {
    const proxy = { ...state, namespace: "red", proxy: true };
    expect([definition.id(state), definition.id(proxy)]).to.deep.equal([
      "br0 10.0.0.9",
      "red/br0 10.0.0.9 proxy",
    ]);
    expect([definition.objectNames(state), definition.objectNames(proxy)]).to.deep.equal([
      ["neighbour br0 10.0.0.9"],
      ["neighbour br0 10.0.0.9 proxy in red"],
    ]);
    expect(definition.needs?.(proxy)).to.deep.equal(["namespace red", "link br0 in red"]);
  });

  describe("commands", () => {
    it("reads the one entry, in any state, in its table", () => {
      const proxy = { ...state, namespace: "red", proxy: true };
      expect([...printed(definition.probe(state)), ...printed(definition.probe(proxy))]).to.deep.equal([
        "ip -N -j -d neigh show to 10.0.0.9 dev br0 nud all",
        "ip -n red -N -j -d neigh show proxy to 10.0.0.9 dev br0 nud all",
      ]);
    });

    itCreates(definition, [
      [given, `ip neigh add 10.0.0.9 dev br0 lladdr ${lladdr} nud permanent proto 110`],
      [
        { ...given, namespace: "red", address: "fd00::9", state: "noarp", router: true },
        `ip -n red neigh add fd00::9 dev br0 lladdr ${lladdr} nud noarp router proto 110`,
      ],
      [
        { interface: "br0", address: "10.0.0.9", proxy: true },
        "ip neigh add proxy 10.0.0.9 dev br0 proto 110",
      ],
      [
        { interface: "br0", address: "fd00::9", proxy: true, router: true },
        "ip neigh add proxy fd00::9 dev br0 router proto 110",
      ],
    ]);

    const same = `ip neigh replace fd00::9 dev br0 lladdr ${lladdr} nud permanent proto 110`;
    itUpdates(definition, state6, [
      ["lladdr", "02:00:00:00:00:08", same.replace(":09 ", ":08 ")],
      ["state", "noarp", same.replace("permanent", "noarp")],
      ["router", true, same.replace("proto", "router proto")],
      ["adopt", true],
      ["mark", "another", same],
    ]);

    it("removes it from its table", () => {
      const remove = (args: Args) => {
        const plan = definition.remove(asObserved(args), args);
        return "next" in plan ? [] : printed(plan);
      };
      expect([...remove(state), ...remove({ ...state, proxy: true })]).to.deep.equal([
        "ip neigh del 10.0.0.9 dev br0",
        "ip neigh del proxy 10.0.0.9 dev br0",
      ]);
    });

    it("restores the protocol, and never sets one on a restored entry without one", () => {
      const become = (was: string | undefined, args: object, now?: string) => {
        const observed = { ...asObserved({ ...state, lladdr: "02:00:00:00:00:08" }), mark: was };
        return printed(
          definition.update(observed, { ...state, ...args, ...(now !== undefined && { mark: now }) }),
        );
      };
      const replace = `ip neigh replace 10.0.0.9 dev br0 lladdr ${lladdr} nud permanent`;
      expect([
        become(markFor("Neighbor", "it"), {}, "proto 4"),
        become("proto 4", { adopt: true }),
        become(undefined, { adopt: true }),
        become(undefined, { adopt: true }, ""),
        become(undefined, {}),
      ]).to.deep.equal([
        [`${replace} proto 4`],
        [`${replace} proto 110`],
        [replace],
        [replace],
        [`${replace} proto 110`],
      ]);
      expect(
        definition.update({ ...asObserved(state), mark: undefined }, { ...state, adopt: true }),
      ).to.deep.equal([]);
    });
  });

  describe("parse", () => {
    const entry = (more: object) => JSON.stringify([{ dst: "10.0.0.9", ...more }]);
    const observed = (more: object, args = state) => {
      const {
        mark: observedMark,
        incompatible,
        args: observedArgs,
      } = definition.parse([entry(more)], args) ?? {};
      return { args: observedArgs, mark: observedMark, incompatible };
    };
    const mine = { state: ["PERMANENT"], lladdr, protocol: "110" };

    it("reads one of ours in any state", () => {
      const { mark } = state;
      const asAsked = { args: { lladdr, state: "permanent" }, mark, incompatible: undefined };
      expect(observed(mine)).to.deep.equal(asAsked);
      expect(observed({ ...mine, state: ["STALE"] }).args).to.deep.equal({ lladdr, state: "stale" });
      expect(observed({ protocol: "110" }).args).to.deep.equal({ lladdr: undefined, state: "none" });
    });

    it("names the owner of another one, and the fields that would be lost", () => {
      expect(observed({ ...mine, protocol: "4" }).mark).to.equal("proto 4");
      expect(observed({ state: ["PERMANENT"], lladdr, managed: null })).to.deep.equal({
        args: { lladdr, state: "permanent" },
        mark: undefined,
        incompatible: "has settings that no Neighbor has: managed",
      });
    });

    it("takes over only what the kernel has learnt", () => {
      const mayAdopt = (more: object, args = state) => {
        const found = definition.parse([entry(more)], args);
        return found && definition.mayAdopt?.(found, args);
      };
      expect([
        mayAdopt({ state: ["STALE"], lladdr }),
        mayAdopt({ state: ["FAILED"] }),
        mayAdopt({ state: ["INCOMPLETE"] }),
        mayAdopt(mine),
        mayAdopt({ state: ["PERMANENT"], lladdr }),
        mayAdopt({ state: ["NOARP"], lladdr }),
        mayAdopt({ state: ["REACHABLE"], lladdr, managed: null }),
        mayAdopt({ proxy: null }, { ...state, proxy: true }),
      ]).to.deep.equal([true, true, true, true, false, false, false, false]);
    });

    it("reads only the fields of a proxy entry, and of IPv6 whether it is a router", () => {
      expect(observed({ proxy: null, protocol: "110" }, { ...state, proxy: true }).args).to.deep.equal({});
      const answer = JSON.stringify([{ ...mine, dst: "fd00::9", router: null }]);
      expect(definition.parse([answer], state6)?.args).to.deep.equal({
        lladdr,
        state: "permanent",
        router: true,
      });
    });

    it("recognizes an IPv6 address that is printed with dots", () => {
      const args = checked(definition, { ...given, address: "::5.6.7.8" });
      const answer = JSON.stringify([{ ...mine, dst: "::5.6.7.8" }]);
      expect(definition.parse([answer], args)?.args).to.deep.include({ lladdr });
    });

    it("has nothing if there is no entry or no link", () => {
      expect([definition.parse(["[]"], state), definition.parse([undefined], state)]).to.deep.equal([
        undefined,
        undefined,
      ]);
    });
  });
});
