import { expect } from "chai";
import * as engine from "../../../provider/assertions/engine";
import { reachability } from "../../../provider/assertions/reachability";
import type { Args } from "../../../provider/engine/definition";
import { command } from "../../../provider/linux/command";
import { CommandError, PartialError } from "../../../provider/linux/errors";
import { markFor } from "../../support/args";
import { FakeHost, HERE, inTurn, type Scripted } from "../../support/fakeHost";

const given = (args: Args = {}): Args => {
  const { args: checked, problems } = engine.check(reachability, HERE, {
    ...{ target: "10.2.0.2", namespace: "red", mark: markFor("Reachability"), ...args },
  });
  expect(problems).to.deep.equal([]);
  return checked;
};

const PING = "ip netns exec red ping -n -c1 -W 1 10.2.0.2";
const SILENT: Scripted = { fails: "Failed" };

/** A host where successive pings end like this. */
const host = (first: Scripted, ...others: readonly Scripted[]): FakeHost =>
  new FakeHost({ [PING]: inTurn(first, ...others), "ip -j netns list": "[]", "ip -N -j -d addr show": "[]" });

const pingsOf = ({ ran }: FakeHost): number => ran.filter((text) => text === PING).length;

async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("it did not fail");
}

describe("Reachability", () => {
  it("fills in defaults", () => {
    expect(given()).to.deep.include({ protocol: "ping", expect: "reachable", timeout: 1, retries: 3 });
  });

  it("is named by source and target", () => {
    expect(reachability.id(given())).to.equal("red to 10.2.0.2 by ping");
    const web = given({ namespace: undefined, protocol: "http" });
    expect(reachability.id(web)).to.equal("the host to 10.2.0.2 by HTTP on port 80");
  });

  it("passes at the first answer", async () => {
    const asked = host(SILENT, "1 received");
    const { id, state } = await engine.create(reachability, asked, given());
    expect({ id, answer: state["answer"], pings: pingsOf(asked) }).to.deep.equal({
      id: "red to 10.2.0.2 by ping",
      answer: "ping 10.2.0.2: answered",
      pings: 2,
    });
  });

  it("fails after all attempts, with the reason and the result of the trace", async () => {
    const asked = host(SILENT);
    expect(await failure(engine.create(reachability, asked, given({ retries: 1 })))).to.match(
      /^red does not reach 10\.2\.0\.2 by ping \(ping 10\.2\.0\.2: no answer\)\npackets die at red: there is no such network namespace; /,
    );
    // One more for the trace, if such a namespace existed.
    expect(pingsOf(asked)).to.equal(2);
  });

  it("passes as `blocked` only if no attempt is answered", async () => {
    const asked = host(SILENT);
    const { state } = await engine.create(reachability, asked, given({ expect: "blocked", retries: 2 }));
    expect(state["answer"]).to.equal("ping 10.2.0.2: no answer");
    expect(pingsOf(asked)).to.equal(3);
    const leaky = host(SILENT, "1 received");
    expect(await failure(engine.create(reachability, leaky, given({ expect: "blocked" })))).to.match(
      /^red can reach 10\.2\.0\.2 by ping, but `expect` is `blocked` \(ping 10\.2\.0\.2: answered\)\n/,
    );
    expect(pingsOf(leaky)).to.equal(2);
  });

  for (const expected of ["reachable", "blocked"]) {
    it(`does not take a missing tool for "${expected}"`, async () => {
      const asked = host({ fails: "ToolMissing" });
      expect(await failure(engine.create(reachability, asked, given({ expect: expected })))).to.match(
        /^red to 10\.2\.0\.2 by ping could not be tried: cannot ping/,
      );
    });
  }

  it("checks again after any change, including that of a trigger, and replaces nothing", () => {
    const olds = given({ triggers: ["one"] });
    expect(engine.diff(reachability, HERE, olds, given({ triggers: ["two"] }))).to.deep.include({
      changes: true,
      replaces: [],
    });
    expect(engine.diff(reachability, HERE, olds, given({ triggers: ["one"] })).changes).to.equal(false);
    expect(
      engine.diff(reachability, HERE, olds, given({ triggers: ["one"], namespace: "blue" })),
    ).to.deep.include({
      changes: true,
      replaces: [],
    });
  });

  it("fails an update like a creation", async () => {
    const args = given({ triggers: ["two"] });
    const { state } = await engine.update(reachability, host(SILENT, ""), given({ triggers: ["one"] }), args);
    expect(state).to.deep.equal({ ...args, answer: "ping 10.2.0.2: answered" });
  });

  it("records its failure on an update in the state, with the new arguments and without the old answer", async () => {
    const args = given({ triggers: ["two"], retries: 0 });
    const olds = { ...given({ triggers: ["one"] }), answer: "ping 10.2.0.2: answered" };
    const error = await engine.update(reachability, host(SILENT), olds, args).then(
      () => undefined,
      (caught: unknown) => caught,
    );
    expect(error).to.be.instanceOf(PartialError);
    expect(error).to.deep.include({ id: "red to 10.2.0.2 by ping", properties: args });
  });

  it("is refreshed by one attempt, and disappears if it fails", async () => {
    const { state } = await engine.create(reachability, host(""), given());
    const good = host("");
    expect(await engine.read(reachability, good, state)).to.deep.equal({
      id: "red to 10.2.0.2 by ping",
      inputs: given(),
      state,
    });
    const bad = host(SILENT);
    expect(await engine.read(reachability, bad, state)).to.equal(undefined);
    expect([good, bad].map(pingsOf)).to.deep.equal([1, 1]);
  });

  it("disappears at a refresh with its namespace; other obstacles are an error", async () => {
    const { state } = await engine.create(reachability, host(""), given());
    const gone = host(() => {
      const stderr = 'Cannot open network namespace "red": No such file or directory';
      throw new CommandError("NotFound", command("ping", "red", []), stderr);
    });
    expect(await engine.read(reachability, gone, state)).to.equal(undefined);
    expect(await failure(engine.read(reachability, host({ fails: "ToolMissing" }), state))).to.match(
      /^red to 10.2.0.2 by ping could not be tried: cannot ping: /,
    );
  });

  it("removes nothing", async () => {
    await engine.remove();
  });
});
