import { expect } from "chai";
import { load } from "./load";

const times = (contender: string, step: string, ...seconds: number[]) =>
  seconds.map((second, round) => ({ contender, step, round, seconds: second }));

describe("bench: ratios", () => {
  it("are the medians of the rounds' ratios", async () => {
    const { ratioOf, secondsOf } = await load("results");
    const measurement = { times: [...times("ours", "up", 2, 9, 4), ...times("theirs", "up", 1, 3, 4)] };
    expect(ratioOf(measurement, ["ours", "up"], ["theirs"])).to.equal(2);
    expect(secondsOf(measurement, "ours", "up")).to.equal(4);
    expect(ratioOf(measurement, ["ours", "up"], ["nobody"])).to.equal(undefined);
  });

  it("report which are met, missed or not measured", async () => {
    const { verdicts } = await load("targets");
    const measurement = (n: number, topology: number) => ({
      shape: "star",
      n,
      times: [...times("Topology", "up", topology), ...times("Mininet", "up", 10), ...times("Node", "up", 7)],
      needs: [{ contender: "Node", processes: n }],
    });
    const found: Verdict[] = verdicts([measurement(300, 2), measurement(1000, 7)]);
    const said = found.filter(({ claim }) => /Mininet|a node$|1,000|by hand/.test(claim));
    expect(said.map(({ claim, n, value, isMet }) => [claim, n, value, isMet])).to.deep.equal([
      ["Node: up, to Mininet", 300, 0.7, false],
      ["Node: up, to ip by hand", 300, null, null],
      ["Node: destroy, to Mininet", 300, null, null],
      ["Node: processes a node", 300, 1, true],
      ["Topology: up of star 1,000, to star 300", 1000, 3.5, true],
    ]);
  });
});

interface Verdict {
  readonly claim: string;
  readonly n: number;
  readonly value: number | null;
  readonly isMet: boolean | null;
}
