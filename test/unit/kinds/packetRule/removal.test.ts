import { expect } from "chai";
import { deleteAll, untilRemoved } from "../../../../provider/kinds/packetRule/removal";
import { type Answer, type Command, ip } from "../../../../provider/linux/command";
import { isWait, type Plan } from "../../../../provider/linux/plan";
import { commandsIn } from "../../../support/plan";

/** The queries of a plan at each step, and its result, with `answer` in place of a host. */
function play<T>(plan: Plan<T>, answer: (command: Command) => Answer) {
  const asked: string[][] = [];
  let step = plan.next();
  while (!step.done) {
    if (isWait(step.value)) throw new Error("it waits");
    const commands = commandsIn(step.value);
    asked.push(commands.map(({ args }) => args.join(" ")));
    step = plan.next(commands.map(answer));
  }
  return { asked, result: step.value };
}

describe("removal of rules", () => {
  const commands = [ip(undefined, "one"), ip(undefined, "two")];

  it("deletes one after the other, also after a missing one", () => {
    const asked = [["one"], ["two"]];
    expect(play(deleteAll(commands), () => "")).to.deep.equal({ asked, result: true });
    const first = ({ args }: Command) => (args.includes("one") ? undefined : "");
    expect(play(deleteAll(commands), first)).to.deep.equal({ asked, result: false });
  });

  it("runs nothing if there is nothing to delete", () =>
    expect(play(deleteAll([]), () => "")).to.deep.equal({ asked: [], result: true }));

  const attemptsUntil = (last: number) => {
    let attempts = 0;
    const plan = untilRemoved("it", function* () {
      yield [ip(undefined, String(++attempts))];
      return attempts >= last;
    });
    return play(plan, () => "").asked.flat();
  };

  it("repeats until nothing is left", () => {
    expect(attemptsUntil(1)).to.deep.equal(["1"]);
    expect(attemptsUntil(3)).to.deep.equal(["1", "2", "3"]);
  });

  it("gives up after three attempts", () =>
    expect(() => attemptsUntil(4)).to.throw("it: its rules still exist after 3 attempts to delete them"));
});
