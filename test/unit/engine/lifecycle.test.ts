import { expect } from "chai";
import type { Args } from "../../../provider/engine/definition";
import * as engine from "../../../provider/engine/lifecycle";
import { UNKNOWN } from "../../../provider/engine/unknown";
import { ip } from "../../../provider/linux/command";
import { CommandError, PartialError } from "../../../provider/linux/errors";
import { markFor, problemsOf } from "../../support/args";
import { absent, FakeHost, HERE, inTurn, type Scripted } from "../../support/fakeHost";
import { bulb, candle, LampHost, lamp, type Shown, sun } from "../../support/fakeKind";

const mark = markFor("Lamp", "a");
const asked = { name: "a", watts: 40, colour: "red", mark };
const observed: Shown = { watts: 40, colour: "red", mark, serial: 7 };
const state = { ...asked, serial: 7 };

/** The settings before it was adopted. */
const former = { mark: "theirs", args: { watts: 25, colour: "white" } };

/** The answer to `show` for a lamp that differs from the arguments. */
const showing = (different: Partial<Shown> = {}): Scripted => JSON.stringify({ ...observed, ...different });

const MAKING = ["ip add a", `ip mark a ${mark}`, "ip set a 40 red"];

/** The effect of a value that differs from the arguments. */
const LOOKS = Array.from({ length: 5 }, () => "ip show a");

const withoutPauses = (ran: readonly string[]) => ran.filter((command) => !command.startsWith("sleep "));

async function errorOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("it did not fail");
}

const plain = ({ name, message }: Error) => `${name}: ${message}`;

const partial = (error: Error) => {
  if (!(error instanceof PartialError)) throw error;
  const { id, properties, reasons } = error;
  return { id, properties, reasons };
};

describe("engine", () => {
  describe("check", () => {
    it("fills in defaults, and claims", () => {
      const given = { name: "checked", mark: markFor("Lamp", "checked") };
      expect(engine.check(lamp, HERE, given)).to.deep.equal({ args: { ...given, watts: 60 }, problems: [] });
      expect(engine.check(lamp, HERE, { ...given, mark: markFor("Lamp", "rival") }).problems).to.deep.equal([
        {
          property: "name",
          reason:
            'lamp checked is Lamp "checked" already: two resources of a program cannot be the same kernel object, so rename or remove one of them',
        },
      ]);
    });

    it("claims nothing for arguments with problems", async () => {
      expect(await problemsOf(lamp, { name: "unclaimed", watts: 101 })).to.deep.equal([
        { property: "watts", reason: "is too bright" },
      ]);
      const rival = { name: "unclaimed", mark: markFor("Lamp", "rival") };
      expect(engine.check(lamp, HERE, rival).problems).to.deep.equal([]);
    });
  });

  describe("diff", () => {
    it("always deletes before it replaces, as names stay the same", () => {
      expect(
        [state, { ...asked, watts: 41 }, { ...asked, name: UNKNOWN }].map((news) =>
          engine.diff(lamp, HERE, state, news),
        ),
      ).to.deep.equal([
        { changes: false, replaces: [], deleteBeforeReplace: true },
        { changes: true, replaces: [], deleteBeforeReplace: true },
        { changes: true, replaces: ["name"], deleteBeforeReplace: true },
      ]);
    });
  });

  it("warns of anything that may keep the created object from working", async () => {
    const warnings: string[] = [];
    const script = { "ip show a": inTurn(absent, showing()), "ip look a": "dark" };
    const host = Object.assign(new FakeHost(script), { warn: (text: string) => warnings.push(text) });
    const definition: typeof lamp = {
      ...lamp,
      *warnings({ name }) {
        const [answer] = yield [ip(undefined, "look", String(name))];
        return [`it is ${answer}`];
      },
    };
    await engine.create(definition, host, asked);
    expect(host.ran.at(-1)).to.equal("ip look a");
    expect(warnings).to.deep.equal(["it is dark"]);
  });

  describe("create", () => {
    it("creates a missing object, and returns the state as read back", async () => {
      const host = new FakeHost({ "ip show": inTurn(absent, showing()) });
      expect(await engine.create(lamp, host, asked)).to.deep.equal({ id: "lamp a", state });
      expect(host.ran).to.deep.equal(["ip show a", ...MAKING, "ip show a"]);
    });

    it("runs nothing if its own object equals the arguments", async () => {
      const host = new FakeHost({ "ip show": showing() });
      expect(await engine.create(lamp, host, asked)).to.deep.equal({ id: "lamp a", state });
      expect(host.ran).to.deep.equal(["ip show a", "ip show a"]);
    });

    it("runs only the difference if a crash left its own object incomplete", async () => {
      const host = new FakeHost({ "ip show": inTurn(showing({ watts: 60, colour: "white" }), showing()) });
      expect(await engine.create(lamp, host, asked)).to.deep.equal({ id: "lamp a", state });
      expect(host.ran).to.deep.equal(["ip show a", "ip set a 40 red", "ip show a"]);
    });

    const orAdopt =
      "remove it by hand if nobody needs it, ask for another, or set `adopt: true` to take it over";
    for (const [whose, other, words] of [
      ["nobody's", undefined, `exists already and is not this resource's own: ${orAdopt}`],
      [
        "somebody's",
        "uplink",
        `exists already and is not this resource's own (its mark is uplink): ${orAdopt}`,
      ],
      [
        "another resource's",
        "pulumi-netns:Lamp:0123456789ab:p/s/b",
        'exists already: it belongs to Lamp "b" of the stack p/s. Remove it there, or ask for another; ' +
          "`pulumi-netns gc` removes what is left of a stack that is no more",
      ],
    ] as const) {
      it(`refuses what is ${whose}, and touches nothing`, async () => {
        const { mark: _, ...unmarked } = observed;
        const answer = JSON.stringify(other === undefined ? unmarked : { ...observed, mark: other });
        const host = new FakeHost({ "ip show": answer });
        expect(plain(await errorOf(engine.create(lamp, host, asked)))).to.equal(
          `RefusedError: lamp a ${words}`,
        );
        // An object without a mark may be about to get one.
        const looks = other === undefined ? 5 : 1;
        expect(host.ran.filter((text) => !text.startsWith("sleep "))).to.deep.equal(
          new Array(looks).fill("ip show a"),
        );
      });
    }

    it("takes over objects if its kind allows that", async () => {
      const host = new FakeHost({ "ip show": inTurn(showing({ mark: "foreign" }), showing()) });
      const generous = { ...lamp, mayAdopt: () => true };
      expect((await engine.create(generous, host, asked)).state).to.deep.equal(state);
      expect(host.ran).to.deep.equal(["ip show a", `ip mark a ${mark}`, "ip show a"]);
    });

    it("undoes its changes when a later command fails", async () => {
      const host = new FakeHost({
        "ip show": inTurn(absent, showing({ mark: "" })),
        "ip mark": { fails: "NotPermitted" },
      });
      expect(plain(await errorOf(engine.create(lamp, host, asked)))).to.equal(
        `CommandError: not permitted: run as root, or inside \`pulumi-netns sandbox\`: \`ip mark a ${mark}\`\nit NotPermitted`,
      );
      expect(host.ran).to.deep.equal(["ip show a", "ip add a", `ip mark a ${mark}`, "ip show a", "ip del a"]);
    });

    it("leaves alone what somebody else created meanwhile", async () => {
      const host = new FakeHost({
        "ip show": inTurn(absent, showing({ mark: "foreign" })),
        "ip add": { fails: "AlreadyExists" },
      });
      expect(plain(await errorOf(engine.create(lamp, host, asked)))).to.equal(
        "RefusedError: lamp a exists already and is not this resource's own (its mark is foreign): remove it by hand if nobody needs it, ask for another, or set `adopt: true` to take it over",
      );
      expect(host.ran).to.deep.equal(["ip show a", "ip add a", "ip show a"]);
    });

    for (const [title, mark, removed] of [
      ["undoes the result of a failed first command", undefined, ["ip del a"]],
      ["keeps an object that somebody else has marked meanwhile", "foreign", []],
    ] as const) {
      it(title, async () => {
        const host = new FakeHost({
          "ip show": inTurn(absent, JSON.stringify({ watts: 60, serial: 7, mark })),
          "ip add": { fails: "Timeout" },
        });
        expect(plain(await errorOf(engine.create(lamp, host, asked)))).to.equal(
          "CommandError: no answer in time: `ip add a`\nit Timeout",
        );
        expect(host.ran).to.deep.equal(["ip show a", "ip add a", "ip show a", ...removed]);
      });
    }

    it("returns the state of a crash's leftover that it cannot complete, without an undo", async () => {
      const host = new FakeHost({
        "ip show": showing({ watts: 60 }),
        "ip set": { fails: "Failed" },
      });
      const error = await errorOf(engine.create(lamp, host, asked));
      expect(partial(error)).to.deep.equal({
        id: "lamp a",
        properties: asked,
        reasons: ["failed: `ip set a 40 red`\nit Failed"],
      });
      expect(error.cause).to.have.property("message", "failed: `ip set a 40 red`\nit Failed");
      expect(host.ran).to.deep.equal(["ip show a", "ip set a 40 red"]);
    });

    it("undoes nothing if a failure left nothing", async () => {
      const host = new FakeHost({ "ip show": absent, "ip set": { fails: "Failed" } });
      expect(plain(await errorOf(engine.create(lamp, host, asked)))).to.equal(
        "CommandError: failed: `ip set a 40 red`\nit Failed",
      );
      expect(host.ran).to.deep.equal(["ip show a", ...MAKING, "ip show a"]);
    });

    it("returns what it could not undo, with both reasons", async () => {
      const host = new FakeHost({
        "ip show": inTurn(absent, showing()),
        "ip set": { fails: "Failed" },
        "ip del": { fails: "InUse" },
      });
      const error = await errorOf(engine.create(lamp, host, asked));
      expect(partial(error)).to.deep.equal({
        id: "lamp a",
        properties: asked,
        reasons: ["failed: `ip set a 40 red`\nit Failed", "in use: `ip del a`\nit InUse"],
      });
      expect(error.cause).to.have.property("message", "failed: `ip set a 40 red`\nit Failed");
    });

    it("returns a state that differs from the arguments, naming each property", async () => {
      const host = new FakeHost({ "ip show": inTurn(absent, '{"watts":39,"serial":7}') });
      expect(partial(await errorOf(engine.create(lamp, host, asked)))).to.deep.equal({
        id: "lamp a",
        properties: { name: "a", watts: 39, mark, serial: 7 },
        reasons: [
          "watts: asked for 40, but the kernel has 39",
          'colour: asked for "red", but the kernel has nothing',
        ],
      });
      expect(withoutPauses(host.ran)).to.deep.equal(["ip show a", ...MAKING, ...LOOKS]);
    });

    it("includes the former settings in it", async () => {
      const host = new FakeHost({ "ip show": showing({ watts: 60, mark: "theirs" }) });
      const adopting = { ...asked, adopt: true };
      expect(partial(await errorOf(engine.create(lamp, host, adopting)))).to.deep.equal({
        id: "lamp a",
        properties: {
          ...{ ...adopting, serial: 7, watts: 60 },
          former: { mark: "theirs", args: { watts: 60, colour: "red" } },
        },
        reasons: ["watts: asked for 40, but the kernel has 60"],
      });
    });

    it("reports when the created object disappears at once", async () => {
      const host = new FakeHost({ "ip show": absent });
      expect(plain(await errorOf(engine.create(lamp, host, asked)))).to.equal(
        "Error: lamp a was created, but does not exist: another program on this host removed it",
      );
    });

    it("undoes the creation if it cannot read the object", async () => {
      const host = new FakeHost({ "ip show": inTurn(absent, { fails: "Timeout" }, showing()) });
      expect(plain(await errorOf(engine.create(lamp, host, asked)))).to.equal(
        "CommandError: no answer in time: `ip show a`\nit Timeout",
      );
      expect(host.ran).to.deep.equal(["ip show a", ...MAKING, "ip show a", "ip show a", "ip del a"]);
    });
  });

  describe("update", () => {
    it("runs only the difference, and keeps earlier outputs", async () => {
      const host = new FakeHost({ "ip show": inTurn(showing(), showing({ watts: 50 })) });
      const news = { ...asked, watts: 50, adopt: true };
      expect(await engine.update(lamp, host, { ...state, adopt: true, former }, news)).to.deep.equal({
        id: "lamp a",
        state: { ...news, serial: 7, former },
      });
      expect(host.ran).to.deep.equal(["ip show a", "ip set a 50 red", "ip show a"]);
    });

    it("runs nothing if somebody has already made the change", async () => {
      const host = new FakeHost({ "ip show": showing({ watts: 50 }) });
      const news = { ...asked, watts: 50 };
      expect((await engine.update(lamp, host, state, news)).state).to.deep.equal({ ...news, serial: 7 });
      expect(host.ran).to.deep.equal(["ip show a", "ip show a"]);
    });

    it("forgets a removed argument", async () => {
      const host = new FakeHost({ "ip show": inTurn(showing(), '{"watts":40,"serial":7}') });
      const { colour: _, ...news } = asked;
      const result = await engine.update(lamp, host, state, news);
      expect(result.state).to.deep.equal({ ...news, serial: 7 });
      expect(engine.diff(lamp, HERE, result.state, news).changes).to.equal(false);
    });

    it("changes the mark of a resource that was renamed under an alias", async () => {
      const renamed = markFor("Lamp", "renamed");
      const host = new FakeHost({ "ip show": inTurn(showing(), showing({ mark: renamed })) });
      const news = { ...asked, mark: renamed };
      expect((await engine.update(lamp, host, state, news)).state).to.deep.equal({ ...news, serial: 7 });
      expect(host.ran).to.deep.equal(["ip show a", `ip mark a ${renamed}`, "ip show a"]);
    });

    it("continues if a crash came after the new mark", async () => {
      const renamed = markFor("Lamp", "renamed");
      const host = new FakeHost({ "ip show": showing({ mark: renamed }) });
      const news = { ...asked, mark: renamed };
      expect((await engine.update(lamp, host, state, news)).state).to.deep.equal({ ...news, serial: 7 });
      expect(host.ran).to.deep.equal(["ip show a", "ip show a", "ip show a"]);
    });

    for (const [title, answer] of [
      ["a missing object", absent],
      ["an object that belongs to somebody else now", showing({ mark: "foreign" })],
    ] as const) {
      it(`refuses ${title}`, async () => {
        const host = new FakeHost({ "ip show": answer });
        expect(plain(await errorOf(engine.update(lamp, host, state, { ...asked, watts: 50 })))).to.equal(
          "RefusedError: lamp a does not exist, but the state has it. Run `pulumi up --refresh` to recreate it",
        );
        expect(new Set(host.ran)).to.deep.equal(new Set(["ip show a"]));
      });
    }

    it("recreates a missing object without dependents, which is no longer anybody else's", async () => {
      const host = new FakeHost({ "ip show": inTurn(absent, showing({ watts: 50 })) });
      const news = { ...asked, watts: 50, adopt: true };
      const { state: made } = await engine.update(bulb, host, { ...state, adopt: true, former }, news);
      expect(made).to.deep.equal({ ...news, serial: 7 });
      expect(host.ran).to.deep.equal([
        "ip show a",
        "ip add a",
        `ip mark a ${mark}`,
        "ip set a 50 red",
        "ip show a",
      ]);
    });

    it("refuses an object without dependents that now belongs to somebody else", async () => {
      const host = new FakeHost({ "ip show": showing({ mark: "foreign" }) });
      const refusal = await errorOf(engine.update(bulb, host, state, { ...asked, watts: 50 }));
      expect(plain(refusal)).to.match(/^RefusedError: bulb a does not exist, but /);
    });

    it("fails with the tool's message, without another look", async () => {
      const host = new FakeHost({ "ip show": showing(), "ip set": { fails: "Unsupported" } });
      expect(plain(await errorOf(engine.update(lamp, host, state, { ...asked, watts: 50 })))).to.equal(
        "CommandError: not supported, or switched off, here: `ip set a 50 red`\nit Unsupported",
      );
      expect(host.ran).to.deep.equal(["ip show a", "ip set a 50 red"]);
    });

    it("returns a state that differs from the arguments, with earlier outputs", async () => {
      const host = new FakeHost({ "ip show": showing() });
      const news = { ...asked, watts: 50, adopt: true };
      expect(partial(await errorOf(engine.update(lamp, host, { ...state, former }, news)))).to.deep.equal({
        id: "lamp a",
        properties: { ...state, adopt: true, former },
        reasons: ["watts: asked for 50, but the kernel has 40"],
      });
    });
  });

  describe("read", () => {
    const read = (answer: Scripted, of: Args = { ...state, former }) =>
      engine.read(lamp, new FakeHost({ "ip show": answer }), of);

    it("returns the state if nothing has changed", async () => {
      expect(await read(showing())).to.deep.equal({
        id: "lamp a",
        inputs: asked,
        state: { ...state, former },
      });
    });

    it("shows drift in inputs and state alike, and fresh outputs", async () => {
      expect(await read(showing({ watts: 39, serial: 8 }))).to.deep.equal({
        id: "lamp a",
        inputs: { ...asked, watts: 39 },
        state: { ...asked, watts: 39, serial: 8, former },
      });
    });

    it("drops a field that is no longer set", async () => {
      const { colour: _, ...rest } = asked;
      expect(await read(JSON.stringify({ watts: 40, mark, serial: 7 }))).to.deep.equal({
        id: "lamp a",
        inputs: rest,
        state: { ...rest, serial: 7, former },
      });
    });

    it("adds a field that somebody set", async () => {
      const { colour: _, ...rest } = state;
      expect(await read(showing(), rest)).to.deep.equal({ id: "lamp a", inputs: asked, state });
    });

    it("takes over a nested object completely if the arguments have none", async () => {
      const painted = { hue: "red" };
      const nested: typeof lamp = {
        ...lamp,
        parse: (...given) => {
          const found = lamp.parse(...given);
          return found && { ...found, args: Object.assign({}, found.args, { colour: painted }) };
        },
      };
      const host = new FakeHost({ "ip show": showing() });
      expect((await engine.read(nested, host, state))?.inputs).to.deep.equal({ ...asked, colour: painted });
    });

    it("returns nothing for an object that is missing, or belongs to somebody else now", async () => {
      expect(await read(absent)).to.equal(undefined);
      expect(await read(showing({ mark: "foreign" }))).to.equal(undefined);
      expect(await read('{"watts":40,"serial":7}')).to.equal(undefined);
    });

    it("does not take another failure for absence", async () => {
      expect(plain(await errorOf(read({ fails: "ToolMissing" })))).to.equal(
        "CommandError: program not installed: `ip show a`\nit ToolMissing",
      );
    });
  });

  describe("remove", () => {
    const remove = async (script: Readonly<Record<string, Scripted>>) => {
      const host = new FakeHost(script);
      await engine.remove(lamp, host, state);
      return host.ran;
    };

    it("removes its own object", async () => {
      expect(await remove({ "ip show": showing() })).to.deep.equal(["ip show a", "ip del a"]);
    });

    it("ignores a missing object", async () => {
      expect(await remove({ "ip show": absent })).to.deep.equal(["ip show a"]);
    });

    it("ignores an object that belongs to somebody else now", async () => {
      expect(await remove({ "ip show": showing({ mark: "foreign" }) })).to.deep.equal(["ip show a"]);
    });

    it("tolerates an object that disappears during its removal", async () => {
      expect(await remove({ "ip show": showing(), "ip del": absent })).to.deep.equal([
        "ip show a",
        "ip del a",
      ]);
    });

    it("fails when the removal does", async () => {
      expect(plain(await errorOf(remove({ "ip show": showing(), "ip del": { fails: "InUse" } })))).to.equal(
        "CommandError: in use: `ip del a`\nit InUse",
      );
    });

    it("passes its kind the arguments, without the outputs", async () => {
      const given: unknown[] = [];
      const curious: typeof lamp = {
        ...lamp,
        remove: (_, args) => {
          given.push(args);
          return [];
        },
      };
      await engine.remove(curious, new FakeHost({ "ip show": showing() }), state);
      expect(given).to.deep.equal([asked]);
    });
  });

  describe("adoption and records", () => {
    const foreign: Shown = { watts: 25, colour: "white", mark: "theirs", serial: 7 };
    const adopting = { ...asked, adopt: true };

    /** A host with a foreign lamp, which also observes records. */
    function hostWith(lamp: Shown | undefined) {
      const host = new LampHost();
      if (lamp) host.lamps.set("a", lamp);
      const { records } = host;
      const [save, drop] = [records.save.bind(records), records.drop.bind(records)];
      records.save = async (key, record) => {
        host.ran.push(`write ${key.kind} ${key.id}`);
        await save(key, record);
      };
      records.drop = async (key, of) => {
        host.ran.push(`forget ${key.kind} ${key.id}`);
        await drop(key, of);
      };
      return host;
    }

    it("records what it adopts before it changes anything, and forgets it after the restoration", async () => {
      const host = hostWith(foreign);
      const { state: taken } = await engine.create(lamp, host, adopting);
      expect(taken).to.deep.equal({ ...adopting, serial: 7, former });
      expect(host.records.kept).to.deep.equal([
        { ...{ kind: "Lamp", id: "lamp a", namespace: undefined, inode: 1 }, mark, args: adopting, former },
      ]);
      await engine.remove(lamp, host, taken);
      expect(host.lamps.get("a")).to.deep.equal(foreign);
      expect(host.records.kept).to.deep.equal([]);
      expect(host.ran).to.deep.equal([
        ...["show a", "write Lamp lamp a", `mark a ${mark}`, "set a 40 red", "show a"],
        ...["show a", "mark a theirs", "set a 25 white", "forget Lamp lamp a"],
      ]);
    });

    it("changes nothing if it cannot write the record", async () => {
      const host = hostWith(foreign);
      host.records.save = () => Promise.reject(new Error("ENOSPC: no space left on device"));
      expect(plain(await errorOf(engine.create(lamp, host, adopting)))).to.equal(
        "Error: ENOSPC: no space left on device",
      );
      expect(host.lamps.get("a")).to.deep.equal(foreign);
    });

    it("keeps the former settings through updates, and records the new ones", async () => {
      const host = hostWith(foreign);
      const { state: taken } = await engine.create(lamp, host, adopting);
      const news = { ...adopting, watts: 50 };
      const { state: updated } = await engine.update(lamp, host, taken, news);
      expect(updated).to.deep.equal({ ...news, serial: 7, former });
      expect(host.records.kept.map(({ args, former }) => ({ args, former }))).to.deep.equal([
        { args: news, former },
      ]);
    });

    it("owns it when `adopt` is removed: forgets the former settings, and deletes it", async () => {
      const host = hostWith(foreign);
      const { state: taken } = await engine.create(lamp, host, adopting);
      const { state: own } = await engine.update(lamp, host, taken, asked);
      expect(own).to.deep.equal({ ...asked, serial: 7 });
      expect(host.records.kept).to.deep.equal([]);
      await engine.remove(lamp, host, own);
      expect([...host.lamps]).to.deep.equal([]);
    });

    it("does not make it foreign again when `adopt` is added", async () => {
      const host = hostWith(undefined);
      const { state: own } = await engine.create(lamp, host, asked);
      const { state: still } = await engine.update(lamp, host, own, adopting);
      expect(still).to.deep.equal({ ...adopting, serial: 7 });
      await engine.remove(lamp, host, still);
      expect([...host.lamps]).to.deep.equal([]);
    });

    it("restores what it could not adopt completely", async () => {
      const host = hostWith(foreign);
      const run = host.run.bind(host);
      let failures = 1;
      host.run = (command) =>
        command.args[0] === "set" && failures-- > 0
          ? Promise.reject(new CommandError("NotPermitted", command, ""))
          : run(command);
      expect(plain(await errorOf(engine.create(lamp, host, adopting)))).to.match(
        /^CommandError: not permitted/,
      );
      expect(host.lamps.get("a")).to.deep.equal(foreign);
      expect(host.records.kept).to.deep.equal([]);
    });

    it("returns what it could neither adopt nor restore, with its former settings", async () => {
      const host = hostWith(foreign);
      const run = host.run.bind(host);
      host.run = (command) =>
        ["set", "mark"].includes(command.args[0] ?? "") && command.args[2] !== mark
          ? Promise.reject(new CommandError("NotPermitted", command, ""))
          : run(command);
      expect(partial(await errorOf(engine.create(lamp, host, adopting))).properties).to.deep.equal({
        ...adopting,
        former,
      });
      expect(host.records.kept.map(({ former }) => former)).to.deep.equal([former]);
    });

    it("records the owner of an object without a mark, and forgets it if somebody else was faster", async () => {
      const host = hostWith(undefined);
      const { state: own } = await engine.create(candle, host, asked);
      expect(host.records.kept.map((record) => record.mark)).to.deep.equal([mark]);
      await engine.remove(candle, host, own);
      expect(host.records.kept).to.deep.equal([]);

      const run = host.run.bind(host);
      host.run = async (command) => {
        // It appears between the look and the command.
        if (command.args[0] === "add") host.lamps.set("a", foreign);
        return run(command);
      };
      expect(plain(await errorOf(engine.create(candle, host, asked)))).to.match(
        /^RefusedError: candle a exists already/,
      );
      expect(host.lamps.get("a")).to.deep.equal(foreign);
      expect(host.records.kept).to.deep.equal([]);
    });

    for (const [title, lamp_] of [
      ["is gone", undefined],
      ["belongs to somebody else now", { ...foreign, mark: "pulumi-netns:Lamp:0123456789ab:p/s/b" }],
    ] as const) {
      it(`forgets at a refresh what ${title}`, async () => {
        const host = hostWith(foreign);
        const { state: taken } = await engine.create(lamp, host, adopting);
        host.lamps.delete("a");
        if (lamp_) host.lamps.set("a", lamp_);
        expect(await engine.read(lamp, host, taken)).to.equal(undefined);
        expect(host.records.kept).to.deep.equal([]);
      });
    }

    it("renames and changes a shared object at once, and is in nobody's way", async () => {
      const host = hostWith(foreign);
      const { state: old } = await engine.create(sun, host, asked);
      const renamed = { ...asked, watts: 50, mark: markFor("Lamp", "renamed") };
      const { state: now } = await engine.update(sun, host, old, renamed);
      expect(host.records.kept.map((record) => record.mark)).to.deep.equal([renamed.mark]);
      await engine.remove(sun, host, now);
      expect(host.lamps.get("a")).to.deep.equal(foreign);
    });

    it("does not take back a shared value when a second resource cannot set it", async () => {
      const host = hostWith(foreign);
      await engine.create(sun, host, asked);
      host.lamps.set("a", { ...foreign, watts: 5 });
      const run = host.run.bind(host);
      host.run = (command) =>
        command.args[0] === "set"
          ? Promise.reject(new CommandError("NotPermitted", command, ""))
          : run(command);
      const second = { ...asked, mark: "pulumi-netns:Sun:0123456789ab:other/dev/b" };
      expect(plain(await errorOf(engine.create(sun, host, second)))).to.match(/not permitted/);
      expect(host.lamps.get("a")).to.deep.include({ watts: 5 });
      expect(host.records.kept.map((record) => record.mark)).to.deep.equal([mark]);
    });
  });

  describe("a kind that serializes", () => {
    const inLine: typeof lamp = { ...lamp, serialize: () => "the only socket" };

    it("runs one operation after the other, each completely", async () => {
      const host = new FakeHost({ "ip show": inTurn(absent, showing()) });
      const order: string[] = [];
      await Promise.all([
        engine.create(inLine, host, asked).then(() => order.push("create")),
        engine.update(inLine, host, state, asked).then(() => order.push("update")),
        engine.remove(inLine, host, state).then(() => order.push("remove")),
      ]);
      expect(order).to.deep.equal(["create", "update", "remove"]);
      expect(host.ran).to.deep.equal([
        ...["ip show a", ...MAKING, "ip show a"],
        ...["ip show a", "ip show a"],
        ...["ip show a", "ip del a"],
      ]);
    });

    it("continues after a failed one", async () => {
      const host = new FakeHost({ "ip show": showing(), "ip set": { fails: "Failed" } });
      const results = await Promise.allSettled([
        engine.update(inLine, host, state, { ...asked, watts: 50 }),
        engine.remove(inLine, host, state),
      ]);
      expect(results.map(({ status }) => status)).to.deep.equal(["rejected", "fulfilled"]);
      expect(host.ran).to.deep.equal(["ip show a", "ip set a 50 red", "ip show a", "ip del a"]);
    });
  });
});
