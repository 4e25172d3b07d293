import { expect } from "chai";
import type { Args, Definition } from "../../provider/engine/definition";
import * as engine from "../../provider/engine/lifecycle";
import { type Command, ip } from "../../provider/linux/command";
import type { Host } from "../../provider/linux/host/host";
import { markFor } from "../support/args";
import { CrashingHost } from "../support/crashingHost";
import { candle, LampHost, lamp, type Shown, sun } from "../support/fakeKind";

type Work = (host: Host) => Promise<unknown>;

interface Scene {
  readonly title: string;
  readonly before: readonly (readonly [name: string, Shown])[];
  /** The operation before the crash. */
  readonly history: Work;
  readonly act: Work;
  /** The operation of the next `pulumi up`, or `destroy`. */
  readonly again: Work;
}

const mark = markFor("Lamp", "a");
const renamed = markFor("Lamp", "renamed");
const made: Shown = { watts: 60, colour: "white", serial: 7 };
const theirs: Shown = { ...made, watts: 10, colour: "blue", mark: "uplink" };
const asked = { name: "a", watts: 40, colour: "red" };
const nothing: Work = () => Promise.resolve();

const creates =
  (definition: Definition, args: Args): Work =>
  (host) =>
    engine.create(definition, host, args);

/** The state after `create`. */
const stateOf = (args: Args, former?: object): Args => ({ ...args, serial: 7, ...(former && { former }) });

/** Like a real kind, recognized as our own from the first moment. */
const known: typeof lamp = {
  ...lamp,
  create: (args) => [ip(undefined, "add", args.name, args.mark), ...lamp.create(args).slice(2)],
};

function scenesOf(definition: Definition, before: Scene["before"], adopt: boolean): Scene[] {
  const args: Args = { ...asked, ...(adopt && { adopt }), mark };
  const foreign = before[0]?.[1];
  const former =
    foreign === undefined
      ? undefined
      : {
          ...(foreign.mark !== undefined && { mark: foreign.mark }),
          args: { watts: foreign.watts, colour: foreign.colour },
        };
  const news = { ...args, watts: 50, mark: renamed };
  const update: Work = (host) => engine.update(definition, host, stateOf(args, former), news);
  const remove: Work = (host) => engine.remove(definition, host, stateOf(args, former));
  const refreshAndRemove: Work = async (host) =>
    (await engine.read(definition, host, stateOf(args, former))) && remove(host);
  const { kind } = definition;
  const how = adopt ? ", adopted" : "";
  return [
    { title: `${kind}${how}: create`, act: creates(definition, args), history: nothing },
    { title: `${kind}${how}: update and rename`, act: update, history: creates(definition, args) },
    { title: `${kind}${how}: delete`, act: remove, history: creates(definition, args) },
    {
      title: `${kind}${how}: delete, refresh, delete`,
      ...{ act: remove, again: refreshAndRemove, history: creates(definition, args) },
    },
  ].map((scene) => ({ again: scene.act, ...scene, before }));
}

const SCENES: readonly Scene[] = [
  ...scenesOf(known, [], false),
  ...scenesOf(known, [["a", theirs]], true),
  ...scenesOf(candle, [], false),
  ...scenesOf(candle, [["a", made]], true),
  ...scenesOf(sun, [["a", made]], false),
];

/** The world after `act` was killed at its change number `kill` and everything was repeated, and the commands of the repetition. */
async function survive({ before, history, act, again }: Scene, kill: number) {
  const host = new LampHost();
  for (const [name, shown] of before) host.lamps.set(name, shown);
  await history(host);
  const outcome = await act(new CrashingHost(host, kill, isLook)).then(
    () => "lived",
    (error: unknown) => error,
  );
  const last = await again(host);
  return { outcome, last, lamps: [...host.lamps], records: host.records.kept };
}

const isLook = ({ args }: Command) => args[0] === "show";

/** More changes than any scene has. */
const NEVER = 100;

describe("after a crash at any point, the next run ends like one without a crash", () => {
  for (const scene of SCENES) {
    it(scene.title, async () => {
      const clean = await survive(scene, NEVER);
      expect(clean.outcome).to.equal("lived");
      let kill = 0;
      for (; ; kill++) {
        const { outcome, ...world } = await survive(scene, kill);
        if (outcome === "lived") break;
        expect(outcome).to.have.property("message").that.includes("killed");
        expect({ kill, ...world }).to.deep.equal({
          ...{ kill, last: clean.last, lamps: clean.lamps, records: clean.records },
        });
      }
      expect(kill).to.be.at.least(1);
    });
  }
});
