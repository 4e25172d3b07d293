import { expect } from "chai";
import { execa } from "execa";
import type { Args, Definition } from "../../../provider/engine/definition";
import * as engine from "../../../provider/engine/lifecycle";
import { address } from "../../../provider/kinds/address";
import { bridge } from "../../../provider/kinds/bridge";
import { macOf } from "../../../provider/kinds/links/identity";
import { namespace } from "../../../provider/kinds/namespace";
import { route } from "../../../provider/kinds/route";
import { vethPair } from "../../../provider/kinds/vethPair";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { markOf } from "../../../provider/linux/marks/mark";
import { checked, markFor, urnOf } from "../../support/args";
import {
  errorOf,
  failure,
  foreign,
  Living,
  link,
  linkNames,
  namespaceNames,
  onKernel,
  recorded,
  typed,
} from "../../support/kernel";

/** A resource of the stack `other`. */
async function theirs(definition: Definition, name: string, given: Args) {
  const mark = markOf(
    definition.kind,
    urnOf(definition.kind, name).replace("urn:pulumi:stack", "urn:pulumi:other"),
  );
  const { state } = await engine.create(definition, localHost, { ...checked(definition, given, name), mark });
  return { remove: () => engine.remove(definition, localHost, state) };
}

/** The lines of a refusal that name the losses of others. */
async function refusal(work: Promise<unknown>): Promise<string[]> {
  const { name, message } = await errorOf(work);
  expect(name).to.equal("RefusedError");
  expect(message).to.match(/^cannot delete .*: others would lose what belongs to them:$/m);
  return message
    .split("\n")
    .slice(1, -1)
    .map((line) => line.trim())
    .sort();
}

describe("objects of others in this stack's, with the kernel", () => {
  onKernel({ namespaces: ["it-b"] });

  const room = "it-room";
  const cable = {
    end: { name: "it-up", namespace: room },
    peer: { name: "it-down" },
  };

  it("keep a namespace with another stack's cable, address and route, and the far end of a cable", async () => {
    const mine = await Living.create(namespace, { name: room }, "room");
    const line = await Living.create(vethPair, cable, "line");
    const others = [
      await theirs(vethPair, "cb", {
        end: { name: "eth0", namespace: "it-b" },
        peer: { name: "it-tob", namespace: room },
      }),
      await theirs(address, "ba", { interface: "it-tob", namespace: room, address: "10.2.0.1/24" }),
      await theirs(address, "far", { interface: "it-down", address: "10.3.0.1/24" }),
      await theirs(route, "br", { namespace: room, destination: "10.99.0.0/16", via: "10.2.0.2" }),
    ];
    await typed(`link add it-foreign netns ${room} type veth peer name it-loose`);
    await typed("link add link it-down name it-mac type macvlan");
    const before = [await linkNames(room), await linkNames(), await recorded()];

    const lost = [
      'address it-down 10.3.0.1/24 of Address "far" of the stack project/other',
      'address it-tob 10.2.0.1/24 in it-room of Address "ba" of the stack project/other',
      "link it-foreign in it-room, which nobody manages",
      "link it-mac, which nobody manages",
      'link it-tob in it-room of VethPair "cb" of the stack project/other',
      'route main 10.99.0.0/16 metric 0 in it-room of Route "br" of the stack project/other',
    ];
    expect(await refusal(mine.remove())).to.deep.equal(lost);
    expect(await refusal(mine.become({ name: "it-other" }))).to.deep.equal(lost);
    expect([await linkNames(room), await linkNames(), await recorded()]).to.deep.equal(before);
    expect(await mine.refresh()).to.deep.equal([]);

    expect(await refusal(line.remove())).to.deep.equal([
      'address it-down 10.3.0.1/24 of Address "far" of the stack project/other',
      "link it-mac, which nobody manages",
    ]);

    for (const one of others.reverse()) await one.remove();
    await typed("link del it-mac");
    expect(await refusal(mine.remove())).to.deep.equal(["link it-foreign in it-room, which nobody manages"]);
    expect(await mine.become({ name: room, deleteForeign: true })).to.equal("update");
    await mine.remove();
    expect(await namespaceNames()).to.not.include(room);
    expect(await recorded()).to.deep.equal([]);
  });

  it("keep a bridge with foreign ports, until that is allowed", async () => {
    const mine = await Living.create(bridge, { name: "it-net" }, "net");
    const other = await theirs(vethPair, "cb", {
      end: { name: "eth0", namespace: "it-b" },
      peer: { name: "it-tob", bridge: "it-net" },
    });
    await execa("ip", ["tuntap", "add", "it-tap", "mode", "tap"]);
    try {
      await typed("link set dev it-tap master it-net");
      expect(await refusal(mine.remove())).to.deep.equal([
        "link it-tap, which nobody manages",
        'link it-tob of VethPair "cb" of the stack project/other',
      ]);
      expect(await link("it-tob")).to.include({ master: "it-net" });
      await typed("link set dev it-tap nomaster");
      await other.remove();
      await mine.remove();
      expect(await linkNames()).to.not.include("it-net");
    } finally {
      await execa("ip", ["tuntap", "del", "it-tap", "mode", "tap"]);
    }
  });
});

describe("a foreign alias over the mark, with the kernel", () => {
  onKernel({ namespaces: ["it-b"] });

  /** A kind, its arguments, and the place of its aliases. */
  type Place = readonly [name: string, namespace?: string];
  const rows: readonly (readonly [Definition, Args, ...Place[]])[] = [
    [namespace, { name: "it-room" }, ["lo", "it-room"]],
    [bridge, { name: "it-net" }, ["it-net"]],
    [bridge, { name: "it-net", namespace: "it-b" }, ["it-net", "it-b"]],
    [vethPair, { end: { name: "it-up" }, peer: { name: "it-down", namespace: "it-b" } }, ["it-up"]],
    [vethPair, { end: { name: "it-up" }, peer: { name: "it-down", namespace: "it-b" } }, ["it-down", "it-b"]],
    [
      vethPair,
      { end: { name: "it-up" }, peer: { name: "it-down", namespace: "it-b" } },
      ["it-up"],
      ["it-down", "it-b"],
    ],
    // Without a MAC address of ours the other end identifies it.
    [
      vethPair,
      {
        end: { name: "it-up", mac: "02:00:00:00:00:01" },
        peer: { name: "it-down", namespace: "it-b", mac: "02:00:00:00:00:02" },
      },
      ["it-up"],
    ],
  ];

  const write = async (alias: string, places: readonly Place[]): Promise<void> => {
    for (const [name, where] of places) await execa("ip", aliasWords(name, where, alias));
  };
  const aliasWords = (name: string, where: string | undefined, alias: string): string[] => [
    ...(where === undefined ? [] : ["-n", where]),
    ...["link", "set", "dev", name, "alias", alias],
  ];
  const isThere = async ([name, where]: Place): Promise<boolean> =>
    where === undefined || (await namespaceNames()).includes(where)
      ? (await link(name, where)) !== undefined
      : false;

  for (const [definition, given, ...places] of rows) {
    const title = `${definition.kind}, on ${places.map(([name, where]) => `${name} in ${where ?? "the host"}`).join(" and ")}`;
    for (const alias of ["Gi0/1 sw1", ""]) {
      it(`is drift of a ${title}: ${JSON.stringify(alias)}`, async () => {
        const mine = await Living.create(definition, given);
        await write(alias, places);
        expect(await mine.refresh()).to.deep.equal(["alias"]);
        expect(mine.state).to.include({ alias });
        expect(await mine.become(given)).to.equal("update");
        for (const [name, where] of places)
          expect(await link(name, where)).to.include({ ifalias: mine.args["mark"] });
        expect(await mine.refresh()).to.deep.equal([]);
        expect(mine.state).to.not.have.property("alias");

        // A stack with a lost state finds it again.
        await write(alias, places);
        const again = await Living.create(definition, given);
        expect(await again.refresh()).to.deep.equal([]);
        await write(alias, places);
        await again.remove();
        for (const place of places) expect(await isThere(place)).to.equal(false);
        expect(await recorded()).to.deep.equal([]);
      });
    }

    it(`is the mark of another resource on a ${title}: it is not touched`, async () => {
      const mine = await Living.create(definition, given);
      const other = markFor(definition.kind, "other");
      await write(other, places);
      expect(await mine.refresh()).to.deep.equal(["gone"]);
      await mine.remove();
      for (const [name, where] of places) expect(await link(name, where)).to.include({ ifalias: other });
      await write(String(mine.args["mark"]), places);
      await mine.remove();
    });
  }

  it("names both ways out if nothing else identifies the owner", async () => {
    const given = { name: "it-net", mac: "02:00:00:00:00:01" };
    const mine = await Living.create(bridge, given);
    const mark = String(mine.args["mark"]);
    const hint = `. If it is this resource's own, and another program has written the alias "Gi0/1" over its mark, write the mark back: \`ip link set dev it-net alias ${mark}\``;
    await write("Gi0/1", [["it-net"]]);
    expect(await mine.refresh()).to.deep.equal(["gone"]);
    expect(await failure(Living.create(bridge, given))).to.equal(foreign("it-net", "Gi0/1") + hint);
    expect(await failure(mine.become({ ...given, ageingTime: 9 })))
      .to.include("does not exist, but")
      .and.include(hint);
    await mine.remove();
    expect(await link("it-net")).to.include({ ifalias: "Gi0/1" });
    await write(mark, [["it-net"]]);
    const again = await Living.create(bridge, given);
    await again.remove();
    expect(await linkNames()).to.not.include("it-net");
  });

  it("does not take over a foreign link of the same name and MAC address", async () => {
    const mark = markFor("Bridge", "it");
    await typed("link add it-low type bridge");
    await typed(`link add link it-low name it-net address ${macOf(mark)} type macvlan`);
    await execa("ip", ["link", "set", "dev", "it-net", "alias", "Gi0/1"]);
    expect(await failure(Living.create(bridge, { name: "it-net" }))).to.equal(
      "RefusedError: it-net exists already, but is a macvlan link, not a bridge: remove it by hand if nobody needs it, or ask for another",
    );
    for (const name of ["it-net", "it-low"]) await typed(`link del ${name}`);
  });
});
