import { expect } from "chai";
import { checkedPartsOf } from "../../../provider/composites/checkedParts";
import * as engine from "../../../provider/composites/lifecycle";
import type { Args } from "../../../provider/engine/definition";
import { UNKNOWN } from "../../../provider/engine/unknown";
import { PartialError, PartsError } from "../../../provider/linux/errors";
import { markFor } from "../../support/args";
import { chandelier, chandelierArgs, FaultyHost } from "../../support/fakeComposite";
import { HERE } from "../../support/fakeHost";
import { errorOf } from "../../support/kernel";

const mark = markFor("Chandelier", "c");
const asked = (given: Args, of = mark): Args => chandelierArgs(given, of);

/** Three lamps in a row, each hanging from the previous one, and a separate one. */
const ROW = {
  lamps: {
    top: {},
    middle: { from: "top" },
    bottom: { from: "middle", watts: 40 },
    alone: { colour: "red" },
  },
};
const LIT = ["alone 60 red", "bottom 40 white", "middle 60 white", "top 60 white"];

async function made(given: Args, host = new FaultyHost()) {
  const args = asked(given);
  const { state } = await engine.create(chandelier, host, args);
  host.changes();
  return { host, args, state };
}

async function partial(work: Promise<unknown>): Promise<PartialError> {
  const error = await errorOf(work);
  if (!(error instanceof PartialError)) throw error;
  return error;
}

const diffOf = (olds: Args, news: Args) => {
  const { changes, replaces } = engine.diff(chandelier, HERE, olds, news);
  return { changes, replaces };
};

describe("composites: engine", () => {
  describe("check", () => {
    const check = (given: Args) => engine.check(chandelier, HERE, { name: "c", mark, ...given });
    const problems = (given: Args) =>
      check(given).problems.map(({ property, reason }) => `${property}: ${reason}`);

    it("fills in defaults", () => {
      expect(check({ lamps: { defaults: { from: "ceiling" } } })).to.deep.equal({
        args: {
          name: "c",
          mark,
          lamps: { defaults: { watts: 60, colour: "white", from: "ceiling", length: 1 } },
          spares: [],
        },
        problems: [],
      });
    });

    it("reports problems of parts by their place, all together", () => {
      expect(
        problems({
          stem: { watts: 101 },
          lamps: { a: {}, b: { watts: 40 } },
          spares: [{ name: "d", watts: 200 }],
        }),
      ).to.deep.equal(["stem.watts: is too bright", "spares[0].watts: is too bright"]);
    });

    it("reports duplicates", () => {
      expect(problems({ spares: [{ name: "twin" }, { name: "other" }, { name: "twin" }] })).to.deep.equal([
        "spares[2]: is the same as spares[0]: drop one of them",
      ]);
    });

    it("reports what another resource owns, by the place of the part", () => {
      expect(problems({ lamps: { wanted: {} } })).to.deep.equal([]);
      const rival = { name: "r", mark: markFor("Chandelier", "rival") };
      expect(
        engine.check(chandelier, HERE, { ...rival, spares: [{ name: "wanted" }] }).problems,
      ).to.deep.equal([
        {
          property: "spares[0]",
          reason:
            'lamp wanted is Pendant "c/wanted" already: two resources of a program cannot be the same kernel object, so rename or remove one of them',
        },
      ]);
    });

    it("fills in defaults beside unknown values", () => {
      expect(check({ lamps: { first: { from: UNKNOWN }, second: {} }, spares: UNKNOWN }).args).to.deep.equal({
        name: "c",
        mark,
        lamps: {
          first: { watts: 60, colour: "white", from: UNKNOWN, length: 1 },
          second: { watts: 60, colour: "white", length: 1 },
        },
        spares: UNKNOWN,
      });
    });

    it("reports problems of complete parts, whether there are others or not", () => {
      expect(
        problems({
          stem: { watts: 101 },
          lamps: { a: { from: UNKNOWN }, all: UNKNOWN },
          spares: [UNKNOWN, { name: "e", watts: 104 }, { name: UNKNOWN, watts: 105 }, { name: "e" }],
        }),
      ).to.deep.equal([
        "stem.watts: is too bright",
        "spares[1].watts: is too bright",
        "spares[3]: is the same as spares[1]: drop one of them",
      ]);
    });

    it("leaves parts alone while nothing of their map, their list or their place is known", () => {
      for (const given of [{ lamps: UNKNOWN }, { spares: UNKNOWN }, { stem: UNKNOWN }, { candles: UNKNOWN }])
        expect(problems({ stem: { watts: 101 }, ...given })).to.deep.equal(
          "stem" in given ? [] : ["stem.watts: is too bright"],
        );
      expect(problems({ stem: { watts: 101 }, adopt: UNKNOWN })).to.deep.equal([]);
    });

    it("claims the complete parts", () => {
      expect(problems({ lamps: { claimed: {}, b: { from: UNKNOWN } } })).to.deep.equal([]);
      const rival = { name: "r", mark: markFor("Chandelier", "rival"), candles: UNKNOWN };
      const found = engine.check(chandelier, HERE, {
        ...rival,
        spares: [{ name: "claimed" }, { name: "b" }],
      });
      expect(found.problems.map(({ property }) => property)).to.deep.equal(["spares[0]"]);
    });
  });

  describe("parts", () => {
    it("depend on the parts that create what they need", () => {
      const on = checkedPartsOf(chandelier, asked(ROW)).map(({ key, on }) => [key, ...on]);
      expect(on).to.deep.equal([
        ["Pendant top"],
        ["Pendant middle", "Pendant top"],
        ["Pendant bottom", "Pendant middle"],
        ["Pendant alone"],
      ]);
    });

    it("have their own marks, which name the composite", () => {
      const [part] = checkedPartsOf(chandelier, asked({ lamps: { top: {} } }));
      expect(part?.checked["mark"]).to.match(/^pulumi-netns:Pendant:[0-9a-f]{12}:project\/stack\/c\/top$/);
    });
  });

  describe("create", () => {
    it("creates each part after its dependencies; the state equals the arguments", async () => {
      const { host, args, state } = await made(ROW);
      expect(host.lit).to.deep.equal(LIT);
      expect(state).to.deep.equal(args);
    });

    it("runs nothing if everything exists, and completes the result of a crash", async () => {
      const { host, args, state } = await made(ROW);
      await engine.create(chandelier, host, args);
      expect(host.changes()).to.deep.equal([]);
      host.lamps.delete("bottom");
      expect((await engine.create(chandelier, host, args)).state).to.deep.equal(state);
      expect(host.lit).to.deep.equal(LIT);
    });

    it("continues after a failure, names it by its place, and the next update fixes only that", async () => {
      const host = new FaultyHost();
      host.faults = { "set middle": "Failed" };
      const error = await partial(engine.create(chandelier, host, asked(ROW)));
      expect(error.reasons).to.deep.equal(["lamps.middle: failed: `ip set middle 60 white`"]);
      expect(error.properties).to.deep.equal({
        ...asked(ROW),
        parts: { "Pendant middle": { failed: true }, "Pendant bottom": { failed: true } },
      });
      expect(host.lit).to.deep.equal(["alone 60 red", "top 60 white"]);

      host.faults = {};
      host.changes();
      expect(diffOf(error.properties, asked(ROW))).to.deep.equal({ changes: true, replaces: [] });
      const { state } = await engine.update(chandelier, host, error.properties, asked(ROW));
      expect(state).to.deep.equal(asked(ROW));
      expect(host.changes().map((text) => text.split(" ")[1])).to.deep.equal([
        ...["middle", "middle", "middle", "bottom", "bottom", "bottom"],
      ]);
      expect(host.lit).to.deep.equal(LIT);
    });

    it("leaves no state behind if nothing could be created", async () => {
      const host = new FaultyHost();
      host.faults = { add: "NotPermitted" };
      const error = await errorOf(engine.create(chandelier, host, asked({ lamps: { a: {}, b: {} } })));
      expect(error).to.be.instanceOf(PartsError);
      expect(error.message.split("\n").map((line) => line.split(":")[0])).to.deep.equal([
        "lamps.a",
        "lamps.b",
      ]);
      expect(host.lit).to.deep.equal([]);
    });
  });

  describe("diff and update", () => {
    const rows: readonly (readonly [
      title: string,
      now: Args,
      lit: readonly string[],
      ...changes: string[],
    ])[] = [
      ["nothing if nothing changes", ROW, LIT],
      [
        "one field of one part",
        { lamps: { ...ROW.lamps, top: { watts: 50 } } },
        ["alone 60 red", "bottom 40 white", "middle 60 white", "top 50 white"],
        "set top 50 white",
      ],
      [
        "a part more",
        { lamps: { ...ROW.lamps, low: { from: "bottom" } } },
        [...LIT.slice(0, 2), "low 60 white", ...LIT.slice(2)],
        ...["add low", "mark low MARK", "set low 60 white"],
      ],
      [
        "a part less",
        { lamps: { top: {}, middle: { from: "top" }, bottom: { from: "middle", watts: 40 } } },
        LIT.slice(1),
        "del alone",
      ],
      [
        "a part that must be replaced, with a look at its dependents",
        { lamps: { ...ROW.lamps, middle: { from: "top", length: 2 } } },
        LIT,
        ...["del middle", "add middle", "mark middle MARK", "set middle 60 white"],
      ],
    ];
    for (const [title, now, lit, ...changes] of rows) {
      it(`does ${title}`, async () => {
        const { host, state } = await made(ROW);
        expect(diffOf(state, asked(now))).to.deep.equal({ changes: changes.length > 0, replaces: [] });
        const after = await engine.update(chandelier, host, state, asked(now));
        expect(host.changes().map((text) => text.replace(/pulumi-netns:.*/, "MARK"))).to.deep.equal(changes);
        expect(after).to.deep.equal({ id: "c", state: asked(now) });
        expect(host.lit).to.deep.equal(lit);
      });
    }

    it("replaces the composite if its definition says so, or if the value is unknown", () => {
      const olds = asked(ROW);
      expect(diffOf(olds, { ...olds, name: "d" })).to.deep.equal({ changes: true, replaces: ["name"] });
      expect(diffOf(olds, { ...olds, name: UNKNOWN })).to.deep.equal({ changes: true, replaces: ["name"] });
      expect(diffOf(olds, { ...olds, lamps: UNKNOWN })).to.deep.equal({ changes: true, replaces: [] });
      expect(engine.diff(chandelier, HERE, olds, olds).deleteBeforeReplace).to.equal(true);
    });

    it("recreates what is deleted with a replaced part", async () => {
      const { host, state } = await made(ROW);
      host.lamps.delete("bottom");
      const news = asked({ lamps: { ...ROW.lamps, middle: { from: "top", length: 2 } } });
      await engine.update(chandelier, host, state, news);
      expect(host.lit).to.deep.equal(LIT);
    });

    it("renames every part with the composite", async () => {
      const { host, state } = await made(ROW);
      const renamed = markFor("Chandelier", "renamed");
      expect(diffOf(state, asked(ROW, renamed))).to.deep.equal({ changes: true, replaces: [] });
      const after = await engine.update(chandelier, host, state, asked(ROW, renamed));
      expect(after.state).to.deep.equal(asked(ROW, renamed));
      expect(host.changes().map((text) => text.split(" ")[0])).to.deep.equal([
        "mark",
        "mark",
        "mark",
        "mark",
      ]);
      await engine.remove(chandelier, host, after.state);
      expect(host.lit).to.deep.equal([]);
    });

    it("keeps a part that could not be changed as it was, so that the next run changes it", async () => {
      const { host, state } = await made(ROW);
      const news = asked({ lamps: { ...ROW.lamps, top: { watts: 50 }, alone: { watts: 30 } } });
      host.faults = { "set top": "InUse" };
      const error = await partial(engine.update(chandelier, host, state, news));
      expect(error.properties).to.deep.equal(asked({ lamps: { ...ROW.lamps, alone: { watts: 30 } } }));
      expect(error.reasons).to.deep.equal(["lamps.top: in use: `ip set top 50 white`"]);
      host.faults = {};
      expect((await engine.update(chandelier, host, error.properties, news)).state).to.deep.equal(news);
      expect(host.lit).to.deep.equal([
        "alone 30 white",
        "bottom 40 white",
        "middle 60 white",
        "top 50 white",
      ]);
    });

    it("keeps a part that could not be removed, in a map and in a list, so that the next run removes it", async () => {
      const spares = [{ name: "s1" }, { name: "s2" }, { name: "s3", watts: 30 }];
      const { host, state } = await made({ ...ROW, spares });
      const news = asked({ lamps: { top: { watts: 50 } }, spares: [{ name: "s3", watts: 30 }] });
      host.faults = { "del bottom": "InUse", "del s1": "InUse" };
      const error = await partial(engine.update(chandelier, host, state, news));
      // The dependency of the remaining part is not touched.
      expect(error.properties).to.deep.equal(
        asked({
          lamps: { top: { watts: 50 }, middle: { from: "top" }, bottom: { from: "middle", watts: 40 } },
          spares: [{ name: "s3", watts: 30 }, { name: "s1" }],
        }),
      );
      expect(error.reasons).to.have.members([
        "lamps.bottom: in use: `ip del bottom`",
        "spares[0]: in use: `ip del s1`",
      ]);
      host.faults = {};
      expect((await engine.update(chandelier, host, error.properties, news)).state).to.deep.equal(news);
      expect(host.lit).to.deep.equal(["s3 30 white", "top 50 white"]);
    });

    it("keeps a part that could not be removed from an emptied list", async () => {
      const { host, state } = await made({ ...ROW, candles: [{ name: "c1" }, { name: "c2" }] });
      const news = asked(ROW);
      host.faults = { "del c2": "InUse" };
      const error = await partial(engine.update(chandelier, host, state, news));
      expect(error.properties).to.deep.equal(asked({ ...ROW, candles: [{ name: "c2" }] }));
      expect(error.reasons).to.deep.equal(["candles[1]: in use: `ip del c2`"]);
      host.faults = {};
      expect((await engine.update(chandelier, host, error.properties, news)).state).to.deep.equal(news);
      expect(host.lit).to.deep.equal(LIT);
    });

    it("does not recreate a part that could not be removed", async () => {
      const { host, state } = await made(ROW);
      const news = asked({ lamps: { ...ROW.lamps, middle: { from: "top", length: 2 } } });
      host.faults = { "del middle": "InUse" };
      const error = await partial(engine.update(chandelier, host, state, news));
      expect(error.properties).to.deep.equal({
        ...asked(ROW),
        parts: { "Pendant bottom": { failed: true } },
      });
      host.faults = {};
      expect((await engine.update(chandelier, host, error.properties, news)).state).to.deep.equal(news);
      expect(host.lit).to.deep.equal(LIT);
    });

    it("remembers the old mark of parts that a rename has not reached", async () => {
      const { host, state } = await made(ROW);
      const news = asked(ROW, markFor("Chandelier", "renamed"));
      host.faults = { "mark top": "Failed" };
      const error = await partial(engine.update(chandelier, host, state, news));
      expect(error.properties).to.deep.equal({
        ...news,
        parts: Object.fromEntries(
          checkedPartsOf(chandelier, state)
            .slice(0, 3)
            .map(({ key, checked }) => [key, { mark: checked["mark"] }]),
        ),
      });
      host.faults = {};
      const again = await engine.update(chandelier, host, error.properties, news);
      expect(again.state).to.deep.equal(news);
      expect(host.lit).to.deep.equal(LIT);
      await engine.remove(chandelier, host, again.state);
      expect(host.lit).to.deep.equal([]);
    });

    it("also removes parts that a rename has not reached", async () => {
      const { host, state } = await made(ROW);
      host.faults = { "mark top": "Failed" };
      const news = asked(ROW, markFor("Chandelier", "renamed"));
      const error = await partial(engine.update(chandelier, host, state, news));
      host.faults = {};
      await engine.remove(chandelier, host, error.properties);
      expect(host.lit).to.deep.equal([]);
    });
  });

  describe("read", () => {
    it("returns the state unchanged if nothing differs", async () => {
      const { host, args, state } = await made(ROW);
      expect(await engine.read(chandelier, host, state)).to.deep.equal({
        id: "c",
        inputs: args,
        state: args,
      });
      expect(host.changes()).to.deep.equal([]);
    });

    it("puts a different field in its place", async () => {
      const { host, state } = await made({ ...ROW, spares: [{ name: "s1" }] });
      host.lamps.set("bottom", { ...Object(host.lamps.get("bottom")), watts: 10 });
      host.lamps.set("s1", { ...Object(host.lamps.get("s1")), watts: 20 });
      const seen = asked({
        lamps: { ...ROW.lamps, bottom: { from: "middle", watts: 10 } },
        spares: [{ name: "s1", watts: 20 }],
      });
      expect(await engine.read(chandelier, host, state)).to.deep.equal({
        id: "c",
        inputs: seen,
        state: seen,
      });
    });

    it("notes a field without a place in the arguments, and the next update fixes it", async () => {
      const { host, state, args } = await made({ spares: [{ name: "s1" }] });
      host.lamps.set("s1", { ...Object(host.lamps.get("s1")), colour: "blue" });
      const read = await engine.read(chandelier, host, state);
      expect(read).to.deep.equal({
        ...{ id: "c", inputs: args },
        state: { ...args, parts: { "Lamp s1": { seen: { colour: "blue" } } } },
      });
      expect(diffOf(read?.state ?? {}, args)).to.deep.equal({ changes: true, replaces: [] });
      expect(await engine.read(chandelier, host, read?.state ?? {})).to.deep.equal(read);
      expect((await engine.update(chandelier, host, read?.state ?? {}, args)).state).to.deep.equal(args);
      expect(host.lit).to.deep.equal(["s1 60 white"]);
    });

    it("removes missing parts from maps and lists, and the next update creates them again", async () => {
      const spares = [{ name: "s1" }, { name: "s2" }, { name: "s3" }];
      const { host, state, args } = await made({ ...ROW, spares });
      for (const name of ["bottom", "s1", "s3"]) host.lamps.delete(name);
      const { top, middle, alone } = ROW.lamps;
      const seen = asked({ lamps: { top, middle, alone }, spares: [{ name: "s2" }] });
      const read = await engine.read(chandelier, host, state);
      expect(read).to.deep.equal({ id: "c", inputs: seen, state: seen });
      host.changes();
      expect((await engine.update(chandelier, host, seen, args)).state).to.deep.equal(args);
      expect(host.changes().filter((text) => text.startsWith("add"))).to.have.members([
        "add bottom",
        "add s1",
        "add s3",
      ]);
    });

    it("finds nothing if nothing is left", async () => {
      const { host, state } = await made(ROW);
      host.lamps.clear();
      expect(await engine.read(chandelier, host, state)).to.equal(undefined);
    });

    it("reports for each part why it could not be read", async () => {
      const { host, state } = await made(ROW);
      host.faults = { "show top": "Timeout", "show alone": "Timeout" };
      expect((await errorOf(engine.read(chandelier, host, state))).message).to.equal(
        "lamps.top: no answer in time: `ip show top`\nlamps.alone: no answer in time: `ip show alone`",
      );
    });
  });

  describe("remove", () => {
    it("removes each part after its dependents", async () => {
      const { host, state } = await made(ROW);
      await engine.remove(chandelier, host, state);
      const order = host.changes();
      expect(order).to.have.members(["del alone", "del bottom", "del middle", "del top"]);
      expect(order.filter((text) => text !== "del alone")).to.deep.equal([
        "del bottom",
        "del middle",
        "del top",
      ]);
      expect(host.lit).to.deep.equal([]);
    });

    it("leaves parts to the kernel that it deletes with another", async () => {
      const { host, state } = await made({
        stem: {},
        lamps: { a: { from: "stem" }, b: { from: "stem" }, c: {} },
      });
      await engine.remove(chandelier, host, state);
      expect(host.changes()).to.have.members(["del stem", "del c"]);
    });

    it("continues after a failure, and keeps its dependencies", async () => {
      const { host, state } = await made(ROW);
      host.faults = { "del middle": "InUse" };
      expect((await errorOf(engine.remove(chandelier, host, state))).message).to.equal(
        "lamps.middle: in use: `ip del middle`",
      );
      expect(host.lit).to.deep.equal(["middle 60 white", "top 60 white"]);
    });

    it("ignores missing parts, and leaves foreign ones alone", async () => {
      const { host, state } = await made(ROW);
      host.lamps.delete("bottom");
      host.lamps.set("alone", { watts: 5, colour: "blue", mark: "theirs", serial: 1 });
      await engine.remove(chandelier, host, state);
      expect(host.lit).to.deep.equal(["alone 5 blue"]);
    });
  });

  describe("existing objects", () => {
    const theirs = { watts: 10, colour: "blue", mark: "uplink", serial: 1 };
    const withTheirs = () => {
      const host = new FaultyHost();
      host.lamps.set("top", theirs);
      return host;
    };
    const former = { mark: "uplink", args: { watts: 10, colour: "blue" } };

    it("are refused, and everything else is created", async () => {
      const host = withTheirs();
      const error = await partial(engine.create(chandelier, host, asked({ lamps: { top: {}, other: {} } })));
      expect(error.message).to.match(/^lamps.top: lamp top exists already and is not this resource's own/);
      expect(host.lit).to.deep.equal(["other 60 white", "top 10 blue"]);
    });

    it("are adopted with `adopt`, part by part, and restored", async () => {
      const { host, state } = await made({ ...ROW, adopt: true }, withTheirs());
      expect(state["parts"]).to.deep.equal({ "Pendant top": { former } });
      expect(host.lit).to.deep.equal(LIT);
      expect(await engine.read(chandelier, host, state))
        .to.have.property("state")
        .that.deep.equals(state);
      await engine.remove(chandelier, host, state);
      expect([...host.lamps.values()]).to.deep.equal([theirs]);
      expect(host.records.kept).to.deep.equal([]);
    });

    it("are remembered over updates of others, and of themselves", async () => {
      const { host, state } = await made({ ...ROW, adopt: true }, withTheirs());
      const news = asked({ adopt: true, lamps: { ...ROW.lamps, top: { watts: 50 }, alone: { watts: 20 } } });
      const after = await engine.update(chandelier, host, state, news);
      expect(after.state).to.deep.equal({ ...news, parts: { "Pendant top": { former } } });
    });

    it("belong to the composite once `adopt` is removed", async () => {
      const { host, state } = await made({ ...ROW, adopt: true }, withTheirs());
      const { state: own } = await engine.update(chandelier, host, state, asked(ROW));
      expect(own).to.deep.equal(asked(ROW));
      await engine.remove(chandelier, host, own);
      expect(host.lit).to.deep.equal([]);
    });

    it("are restored when their part is removed", async () => {
      const { host, state } = await made({ ...ROW, adopt: true }, withTheirs());
      const after = await engine.update(
        chandelier,
        host,
        state,
        asked({ adopt: true, lamps: { alone: {} } }),
      );
      expect(after.state).to.deep.equal(asked({ adopt: true, lamps: { alone: {} } }));
      expect(host.lit).to.deep.equal(["alone 60 white", "top 10 blue"]);
    });

    it("do not count as deleted with their dependency", async () => {
      const host = withTheirs();
      const { state } = await made({ stem: {}, adopt: true, lamps: { top: { from: "stem" } } }, host);
      await engine.remove(chandelier, host, state);
      expect(host.lit).to.deep.equal(["top 10 blue"]);
    });

    it("are also restored if they were adopted but differ from the arguments", async () => {
      const host = withTheirs();
      const { run } = host;
      // It only takes the mark.
      host.run = (command) =>
        command.args[0] === "set" && command.args[2] === "60" ? Promise.resolve("") : run.call(host, command);
      const work = engine.create(
        chandelier,
        host,
        asked({ adopt: true, lamps: { top: { colour: "blue" } } }),
      );
      const error = await partial(work);
      expect(error.properties["parts"]).to.deep.equal({ "Pendant top": { former, failed: true } });
      await engine.remove(chandelier, host, error.properties);
      expect([...host.lamps.values()]).to.deep.equal([theirs]);
    });
  });
});
