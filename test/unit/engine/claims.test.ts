import { expect } from "chai";
import { claim, heirOf, isInProgram, ownsAll, refuseIfNeeded } from "../../../provider/engine/claims";
import type { Args, Definition } from "../../../provider/engine/definition";
import { UNKNOWN } from "../../../provider/engine/unknown";
import { address } from "../../../provider/kinds/address";
import { bridge } from "../../../provider/kinds/bridge";
import { namespace } from "../../../provider/kinds/namespace";
import { natRule } from "../../../provider/kinds/natRule/natRule";
import { route } from "../../../provider/kinds/route";
import { sysctl } from "../../../provider/kinds/sysctl";
import { vethPair } from "../../../provider/kinds/vethPair";
import { RefusedError } from "../../../provider/linux/errors";
import { markOf } from "../../../provider/linux/marks/mark";
import { urnOf } from "../../support/args";
import { HERE } from "../../support/fakeHost";

// Claims last as long as the process, so each test has its own names.

const claimed = (definition: Definition, name: string, args: Args) =>
  claim(definition, HERE, { ...args, mark: markOf(definition.kind, urnOf(definition.kind, name)) });

const conflict = (property: string, object: string, owner: string) => [
  {
    property,
    reason: `${object} is ${owner} already: two resources of a program cannot be the same kernel object, so rename or remove one of them`,
  },
];

describe("claims", () => {
  it("let one resource claim its object repeatedly", () => {
    expect(claimed(bridge, "one", { name: "claim-1" })).to.deep.equal([]);
    expect(claimed(bridge, "one", { name: "claim-1" })).to.deep.equal([]);
  });

  it("refuse a second resource the object of the first, again and again", () => {
    expect(claimed(bridge, "first", { name: "claim-2" })).to.deep.equal([]);
    const refusal = conflict("name", "link claim-2", 'Bridge "first"');
    expect(claimed(bridge, "second", { name: "claim-2" })).to.deep.equal(refusal);
    expect(claimed(bridge, "second", { name: "claim-2" })).to.deep.equal(refusal);
    expect(claimed(bridge, "first", { name: "claim-2" })).to.deep.equal([]);
  });

  it("distinguish namespaces", () => {
    expect(claimed(bridge, "here", { name: "claim-3" })).to.deep.equal([]);
    expect(claimed(bridge, "there", { name: "claim-3", namespace: "claims" })).to.deep.equal([]);
  });

  it("know that bridges and both ends of cables share their names", () => {
    const cable = { end: { name: "claim-4" }, peer: { name: "claim-5", namespace: "claims" } };
    expect(claimed(vethPair, "cable", cable)).to.deep.equal([]);
    expect(claimed(bridge, "a", { name: "claim-4" })).to.deep.equal(
      conflict("name", "link claim-4", 'VethPair "cable"'),
    );
    expect(claimed(bridge, "b", { name: "claim-5", namespace: "claims" })).to.deep.equal(
      conflict("name", "link claim-5 in claims", 'VethPair "cable"'),
    );
    const other = { end: { name: "claim-5", namespace: "claims" }, peer: { name: "claim-4" } };
    expect(claimed(vethPair, "other", other)).to.deep.equal([
      ...conflict("end.name", "link claim-5 in claims", 'VethPair "cable"'),
      ...conflict("end.name", "link claim-4", 'VethPair "cable"'),
    ]);
  });

  it("recognize a parameter in any spelling of the key, and inside a namespace that sets it", () => {
    const red = { name: "claims-red", sysctls: { "net.ipv4.ip_forward": "1" } };
    expect(claimed(namespace, "red", red)).to.deep.equal([]);
    expect(
      claimed(sysctl, "forwarding", { key: "net/ipv4/ip_forward", namespace: "claims-red" }),
    ).to.deep.equal(conflict("key", "sysctl net/ipv4/ip_forward in claims-red", 'Namespace "red"'));
    expect(claimed(sysctl, "other", { key: "net.ipv4.ip_forward", namespace: "claims-blue" })).to.deep.equal(
      [],
    );
  });

  it("distinguish addresses by link, prefix length and peer", () => {
    const first = { interface: "claim-6", address: "10.0.0.1/32", peer: "10.0.0.2/32" };
    expect(claimed(address, "first", first)).to.deep.equal([]);
    expect(claimed(address, "peer", { ...first, peer: "10.0.0.3/32" })).to.deep.equal([]);
    expect(claimed(address, "link", { ...first, interface: "claim-7" })).to.deep.equal([]);
    expect(claimed(address, "length", { interface: "claim-6", address: "10.0.0.1/24" })).to.deep.equal([]);
    expect(claimed(address, "second", first)).to.deep.equal(
      conflict("address", "address claim-6 10.0.0.1/32 peer 10.0.0.2/32", 'Address "first"'),
    );
  });

  it("ignore unknown values", () => {
    expect(claimed(bridge, "known", { name: "claim-8" })).to.deep.equal([]);
    expect(claimed(bridge, "unknown", { name: "claim-8", mtu: UNKNOWN })).to.deep.equal([]);
    expect(claimed(bridge, "unknown", { name: UNKNOWN })).to.deep.equal([]);
    expect(claimed(bridge, "unknown too", { name: UNKNOWN })).to.deep.equal([]);
  });

  it("hold no object for a resource whose claim was refused, and keep those of the others", () => {
    expect(claimed(bridge, "holder", { name: "claim-9" })).to.deep.equal([]);
    const cable = { end: { name: "claim-9" }, peer: { name: "claim-10" } };
    expect(claimed(vethPair, "cable", cable)).to.have.lengthOf(1);
    expect(claimed(bridge, "holder", { name: "claim-9" })).to.deep.equal([]);
  });
});

describe("objects that are still needed", () => {
  const inRed = { namespace: "needs-red" };
  /** Something in the namespace needs-red, and its other dependencies there. */
  const rows: readonly (readonly [definition: Definition, args: Args, link?: string])[] = [
    [bridge, { ...inRed, name: "needs-1" }],
    [natRule, { ...inRed, kind: "masquerade" }],
    [address, { ...inRed, interface: "needs-2", address: "10.0.0.1/24" }, "needs-2"],
    [route, { ...inRed, destination: "default", interface: "needs-3" }, "needs-3"],
    [route, { ...inRed, destination: "default", nexthops: [{}, { interface: "needs-4" }] }, "needs-4"],
    [sysctl, { ...inRed, key: "net.ipv4.conf.needs-5.forwarding" }, "needs-5"],
    [
      vethPair,
      { end: { name: "needs-6" }, peer: { ...inRed, name: "needs-7", bridge: "needs-8" } },
      "needs-8",
    ],
  ];
  const remove = (definition: Definition, args: Args) => () =>
    refuseIfNeeded(definition, HERE, {
      ...args,
      mark: markOf(definition.kind, urnOf(definition.kind, "owner")),
    });

  rows.forEach(([definition, args, link], at) => {
    it(`stay for ${definition.kind} ${JSON.stringify(args)}`, () => {
      claimed(definition, `needer-${at}`, args);
      const needer = `${definition.kind} "needer-${at}"`;
      expect(remove(namespace, { name: "needs-red" })).to.throw(RefusedError, needer);
      if (link === undefined) return;
      expect(remove(bridge, { ...inRed, name: link })).to.throw(
        RefusedError,
        `cannot delete link ${link} in needs-red: it is needed by ${needer}. Remove that from the program too, or restore Bridge "owner"`,
      );
      expect(remove(bridge, { name: link })).to.not.throw();
    });
  });

  it("are deleted if the program has them under another resource's name, or recreates them", () => {
    claimed(address, "ip", { interface: "needs-9", address: "10.0.0.1/24" });
    claimed(bridge, "other", { name: "needs-9" });
    expect(remove(bridge, { name: "needs-9" })).to.not.throw();
  });

  describe("objects that another resource gives up", () => {
    const asked = (definition: Definition, name: string, args: Args) => {
      const given = { ...args, mark: markOf(definition.kind, urnOf(definition.kind, name)) };
      claim(definition, HERE, given);
      return given;
    };
    const gone = (definition: Definition, name: string, args: Args) => ({
      ...args,
      mark: markOf(definition.kind, urnOf(definition.kind, name)),
    });

    it("have an heir, whatever kind its resource is a part of", () => {
      const heir = asked(bridge, "new", { name: "heir-1" });
      const old = gone(bridge, "old", { name: "heir-1" });
      expect(heirOf(bridge, HERE, old)).to.equal(heir.mark);
      expect(ownsAll(bridge, HERE, heir)).to.equal(true);
      expect(ownsAll(bridge, HERE, old)).to.equal(false);
      expect([heir.mark, old.mark].map(isInProgram)).to.deep.equal([true, false]);
    });

    it("have no heir if nobody claims them, or if the resource itself keeps them", () => {
      expect(heirOf(bridge, HERE, gone(bridge, "old", { name: "heir-2" }))).to.equal(undefined);
      expect(heirOf(bridge, HERE, asked(bridge, "old", { name: "heir-2" }))).to.equal(undefined);
    });

    it("have an heir of a cable for both ends, and none for one end or for two resources with an end each", () => {
      const old = gone(vethPair, "old", { end: { name: "heir-3" }, peer: { name: "heir-4" } });
      asked(bridge, "one", { name: "heir-3" });
      expect(heirOf(vethPair, HERE, old)).to.equal(undefined);
      asked(bridge, "other", { name: "heir-4" });
      expect(heirOf(vethPair, HERE, old)).to.equal(undefined);
      const ends = { end: { name: "heir-5" }, peer: { name: "heir-6" } };
      const heir = asked(vethPair, "new", ends);
      expect(heirOf(vethPair, HERE, gone(vethPair, "old", ends))).to.equal(heir.mark);
    });

    it("pass from a parameter to a namespace, but not from a namespace to a parameter", () => {
      const inside = { name: "heirs", sysctls: { "net.ipv4.ip_forward": "1" } };
      const heir = asked(namespace, "new", inside);
      const alone = { namespace: "heirs", key: "net.ipv4.ip_forward", value: "1" };
      expect(heirOf(sysctl, HERE, gone(sysctl, "old", alone))).to.equal(heir.mark);
      asked(sysctl, "new", { ...alone, namespace: "heirs-2" });
      expect(heirOf(namespace, HERE, gone(namespace, "old", { ...inside, name: "heirs-2" }))).to.equal(
        undefined,
      );
    });
  });
});
