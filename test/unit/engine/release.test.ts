import { expect } from "chai";
import type { Args, Definition } from "../../../provider/engine/definition";
import { keyOf, look } from "../../../provider/engine/observe";
import { ownOf } from "../../../provider/engine/ownership";
import { release } from "../../../provider/engine/release";
import { markFor } from "../../support/args";
import { candle, LampHost, lamp, type Shown, sun } from "../../support/fakeKind";

const mark = markFor("Lamp", "a");
const theirs = "pulumi-netns:Lamp:0123456789ab:other/dev/b";
const args: Args = { name: "a", watts: 40, colour: "red", mark };
const former = { mark: "uplink", args: { watts: 10, colour: "blue" } };
const shown: Shown = { watts: 40, colour: "red", mark, serial: 7 };

/** Releases lamp `a` if these resources have recorded it. Returns the commands after the looks, and the remaining records. */
async function released(
  definition: Definition,
  there: Shown | undefined,
  outputs: object,
  writers: readonly string[] = [],
) {
  const host = new LampHost();
  if (there) host.lamps.set("a", there);
  const key = { kind: definition.kind, id: definition.id(args), namespace: definition.namespaceOf?.(args) };
  for (const writer of writers) await host.records.save(key, { mark: writer, args });
  const observation = await look(definition, host, args);
  await release(definition, host, observation, ownOf(definition, observation, args), { args, outputs });
  const ran = host.ran.filter((command) => !command.startsWith("show "));
  return { ran, lamp: host.lamps.get("a"), records: host.records.kept.map((record) => record.mark) };
}

describe("release", () => {
  it("removes a created object", async () => {
    expect(await released(lamp, shown, {})).to.deep.equal({ ran: ["del a"], lamp: undefined, records: [] });
  });

  it("restores an adopted object, and forgets it", async () => {
    expect(await released(lamp, shown, { former }, [mark])).to.deep.equal({
      ran: ["mark a uplink", "set a 10 blue"],
      lamp: { ...former.args, mark: "uplink", serial: 7 },
      records: [],
    });
  });

  it("removes the mark from an object that had none", async () => {
    const { lamp: left } = await released(lamp, shown, { former: { args: former.args } }, [mark]);
    expect(left).to.deep.equal({ ...former.args, serial: 7 });
  });

  it("runs nothing if everything is as before", async () => {
    const unchanged = { ...former, args: { watts: 40, colour: "red" } };
    expect((await released(candle, shown, { former: unchanged }, [mark])).ran).to.deep.equal([]);
  });

  it("leaves a foreign object, and forgets its own claim to it", async () => {
    const foreign = { ...shown, mark: "uplink" };
    expect(await released(lamp, foreign, {}, [mark])).to.deep.equal({
      ran: [],
      lamp: foreign,
      records: [],
    });
  });

  it("keeps a shared object until the last one", async () => {
    expect(await released(sun, shown, { former }, [mark, theirs])).to.deep.equal({
      ran: [],
      lamp: shown,
      records: [theirs],
    });
    expect(await released(sun, shown, { former }, [mark])).to.deep.equal({
      ran: ["set a 10 blue"],
      lamp: { ...shown, ...former.args },
      records: [],
    });
  });

  it("forgets a missing object", async () => {
    expect(await released(candle, undefined, {}, [mark, theirs])).to.deep.equal({
      ran: [],
      lamp: undefined,
      records: [theirs],
    });
  });

  it("forgets the records of a namespace that no longer exists", async () => {
    const host = new LampHost();
    const key = keyOf(candle, args);
    await host.records.save(key, { mark, args: {} });
    // As in a look: the record of the former object is not about this one.
    const observation = { ...(await look(candle, host, args)), records: [] };
    await release(candle, host, observation, undefined, { args, outputs: {} });
    expect(host.records.kept).to.deep.equal([]);
  });

  describe("a namespace", () => {
    const house: Definition = { ...lamp, kind: "House", ownsNamespace: () => "a" };

    /** Whether the records of objects in the namespace still exist. */
    async function keepsContent(there: Shown | undefined, outputs: object): Promise<boolean> {
      const host = new LampHost();
      if (there) host.lamps.set("a", there);
      await host.records.save({ kind: "Candle", id: "c", namespace: "a" }, { mark: theirs, args: {} });
      await host.records.save({ kind: "Candle", id: "d", namespace: undefined }, { mark: theirs, args: {} });
      const observation = await look(house, host, args);
      await release(house, host, observation, ownOf(house, observation, args), { args, outputs });
      expect(host.records.kept.map(({ id }) => id)).to.include("d");
      return host.records.kept.some(({ id }) => id === "c");
    }

    it("deletes the records of its content as well", async () => {
      expect(await keepsContent(shown, {})).to.equal(false);
      expect(await keepsContent(undefined, {})).to.equal(false);
    });

    it("keeps them if it is restored, or belongs to somebody else", async () => {
      expect(await keepsContent(shown, { former })).to.equal(true);
      expect(await keepsContent({ ...shown, mark: "uplink" }, {})).to.equal(true);
    });
  });
});
