import { expect } from "chai";
import { idOf, parsePoint, pointsOf, victims } from "../../faults/point";

describe("faults: points", () => {
  const points = pointsOf({ up: { calls: 5, batches: 1 }, destroy: { calls: 2, batches: 0 } });
  const crashes = points.filter(({ fault }) => victims.some((victim) => victim === fault));

  it("are every call, before and after and amid, with and without checkpoints", () => {
    const places = crashes.map((point) => idOf({ ...point, fault: "crash" }));
    const expected = ["checkpoints", "no-checkpoints"].flatMap((mode) =>
      [
        ...["up:1:before", "up:1:after", "up:2:before", "up:2:after", "up:3:before", "up:3:after"],
        ...["up:4:before", "up:4:after", "up:5:before", "up:5:after", "up:1:amid"],
        ...["destroy:1:before", "destroy:1:after", "destroy:2:before", "destroy:2:after"],
      ].map((place) => `${place}:crash:${mode}`),
    );
    expect(places).to.deep.equal(expected);
  });

  for (const victim of victims) {
    it(`kill the ${victim} before and after, in both operations and modes`, () => {
      const kinds = crashes
        .filter(({ fault }) => fault === victim)
        .map(({ operation, at, mode }) => `${operation} ${at?.moment} ${mode}`);
      expect(new Set(kinds)).to.have.property("size").that.is.at.least(6);
    });
  }

  it("are each there once", () => {
    expect(new Set(points.map(idOf))).to.have.property("size", points.length);
  });

  it("are found again by their names", () => {
    expect(points.map(idOf).map(parsePoint)).to.deep.equal(points);
  });

  it("have no other names", () => {
    for (const name of [
      "",
      "up",
      "up:1:before:cli",
      "down:1:before:cli:checkpoints",
      "up:x:before:cli:checkpoints",
    ]) {
      expect(parsePoint(name)).to.equal(undefined);
    }
  });
});
