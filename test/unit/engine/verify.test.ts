import { expect } from "chai";
import { change } from "../../../provider/engine/observe";
import { verified } from "../../../provider/engine/verify";
import { PartialError } from "../../../provider/linux/errors";
import { markFor } from "../../support/args";
import { absent, FakeHost, inTurn, type Scripted } from "../../support/fakeHost";
import { lamp, type Shown } from "../../support/fakeKind";

const mark = markFor("Lamp", "a");
const asked = { name: "a", watts: 40, colour: "red", mark };
const observed: Shown = { watts: 40, colour: "red", mark, serial: 7 };
const showing = (change: Partial<Shown> = {}): Scripted => JSON.stringify({ ...observed, ...change });

/** Glows for a while before it shines, and flickers if it never will. */
const slow: typeof lamp = {
  ...lamp,
  pending: ({ outputs: { serial } }) =>
    serial === 7 ? [] : [{ property: "watts", reason: `is 40, but it only glows (${serial})` }],
};
const glowing = showing({ serial: 1 });

const pausesOf = (host: FakeHost) => host.ran.filter((command) => command.startsWith("sleep "));

const SHORT = ["sleep 0.02", "sleep 0.04", "sleep 0.08", "sleep 0.16"];
const LONG = [...SHORT, "sleep 0.32", "sleep 0.64", "sleep 1.28", "sleep 1.28", "sleep 1.28"];

const verify = async (definition: typeof lamp, host: FakeHost, remembered: object = {}) =>
  verified(definition, host, asked, remembered, await change(definition, host, asked, []));

async function failureOf(work: Promise<unknown>) {
  const error: unknown = await work.catch((error: unknown) => error);
  if (!(error instanceof PartialError)) throw error;
  const { id, properties, reasons } = error;
  return { id, properties, reasons };
}

describe("verify", () => {
  it("accepts an object that equals the arguments at once, and adds earlier outputs", async () => {
    const host = new FakeHost({ "ip show": showing() });
    expect(await verify(slow, host, { former: 1 })).to.deep.equal({
      ...asked,
      serial: 7,
      former: 1,
    });
    expect(host.ran).to.deep.equal(["ip show a"]);
  });

  it("waits for a value that something sets late", async () => {
    const host = new FakeHost({ "ip show": inTurn(showing({ watts: 1 }), showing({ watts: 2 }), showing()) });
    expect(await verify(lamp, host)).to.deep.equal({ ...asked, serial: 7 });
    expect(pausesOf(host)).to.deep.equal(SHORT.slice(0, 2));
  });

  it("gives up on a value soon, and returns the state as it is", async () => {
    const host = new FakeHost({ "ip show": showing({ watts: 1 }) });
    expect(await failureOf(verify(lamp, host, { former: 1 }))).to.deep.equal({
      id: "lamp a",
      properties: { ...asked, watts: 1, serial: 7, former: 1 },
      reasons: ["watts: asked for 40, but the kernel has 1"],
    });
    expect(pausesOf(host)).to.deep.equal(SHORT);
  });

  it("waits longer for pending properties that resolve on their own", async () => {
    const host = new FakeHost({ "ip show": inTurn(glowing, ...LONG.slice(1).map(() => glowing), showing()) });
    expect(await verify(slow, host)).to.deep.equal({ ...asked, serial: 7 });
    expect(pausesOf(host)).to.deep.equal(LONG);
  });

  it("gives up on those that never resolve, and names every problem", async () => {
    const host = new FakeHost({ "ip show": showing({ serial: 1, colour: "blue" }) });
    expect(await failureOf(verify(slow, host))).to.deep.equal({
      id: "lamp a",
      properties: { ...asked, colour: "blue", serial: 1 },
      reasons: ['colour: asked for "red", but the kernel has "blue"', "watts: is 40, but it only glows (1)"],
    });
    expect(pausesOf(host)).to.deep.equal(LONG);
  });

  it("reports when something else removes the object meanwhile", async () => {
    const host = new FakeHost({ "ip show": inTurn(glowing, absent) });
    const error: unknown = await verify(slow, host).catch((error: unknown) => error);
    expect(error).to.have.property(
      "message",
      "lamp a was created, but does not exist: another program on this host removed it",
    );
  });
});
