import { expect } from "chai";
import type { Args } from "../../../provider/engine/definition";
import * as engine from "../../../provider/engine/lifecycle";
import type { Host } from "../../../provider/linux/host/host";
import { checked } from "../../support/args";
import { LampHost, type Shown, sun } from "../../support/fakeKind";

const asked = checked(sun, { name: "a", watts: 60, colour: "blue" });
const shown = (watts: number, colour: string): Shown => ({ watts, colour, serial: 7 });

class Booted extends LampHost {
  constructor(
    readonly era: string | undefined,
    lamp: Shown,
  ) {
    super();
    this.lamps.set("a", lamp);
  }
}

/** The state from the first boot, in which the object was white and had 10 watts. */
async function stateOf(era: string | undefined): Promise<Args> {
  const host = new Booted(era, shown(10, "white"));
  const { state } = await engine.create(sun, host, asked);
  expect(state["former"]).to.deep.equal({ ...(era && { era }), args: { watts: 10, colour: "white" } });
  return state;
}

const lampOf = ({ lamps }: LampHost) => {
  const { watts, colour } = lamps.get("a") ?? {};
  return `${watts} ${colour}`;
};

/** The object before and after a boot, or after somebody has deleted records. */
const rows: readonly (readonly [
  what: string,
  eras: readonly [string | undefined, string | undefined],
  now: Shown,
  left: string,
])[] = [
  ["another boot with another value: that is left", ["1", "2"], shown(20, "red"), "20 red"],
  ["another boot with the arguments: kept", ["1", "2"], shown(60, "blue"), "60 blue"],
  ["another boot with the value of the first: that is left", ["1", "2"], shown(10, "white"), "10 white"],
  ["the same boot without the record: restored", ["1", "1"], shown(60, "blue"), "10 white"],
  ["a state without a boot, the arguments: restored", [undefined, "2"], shown(60, "blue"), "10 white"],
  ["a state without a boot, another value: kept", [undefined, "2"], shown(20, "red"), "20 red"],
];

describe("a shared object after the loss of its record", () => {
  for (const [what, [before, after], now, left] of rows) {
    it(`removed at once: ${what}`, async () => {
      const host = new Booted(after, now);
      await engine.remove(sun, host, await stateOf(before));
      expect(lampOf(host)).to.equal(left);
      expect(host.records.kept).to.deep.equal([]);
    });

    it(`refreshed, changed, removed: ${what}`, async () => {
      const host = new Booted(after, now);
      const observed = await engine.read(sun, host, await stateOf(before));
      const { state } = await engine.update(sun, host, observed?.state ?? {}, { ...asked, colour: "green" });
      expect(lampOf(host)).to.equal("60 green");
      await engine.remove(sun, host, state);
      expect(lampOf(host)).to.equal(left);
    });

    it(`as a part whose state keeps the first boot's value: ${what}`, async () => {
      const host = new Booted(after, now);
      const state = await stateOf(before);
      await engine.read(sun, host, state);
      await engine.update(sun, host, state, asked);
      await engine.remove(sun, host, state);
      expect(lampOf(host)).to.equal(left);
    });

    it(`changed without a refresh, removed: ${what}`, async () => {
      const host = new Booted(after, now);
      const { state } = await engine.update(sun, host, await stateOf(before), { ...asked, colour: "green" });
      await engine.remove(sun, host, state);
      expect(lampOf(host)).to.equal(left);
    });
  }

  it("is not checked for other kinds of host", async () => {
    const host: Host = new Booted(undefined, shown(60, "blue"));
    await engine.remove(sun, host, await stateOf("1"));
    expect(host instanceof LampHost && lampOf(host)).to.equal("10 white");
  });
});
