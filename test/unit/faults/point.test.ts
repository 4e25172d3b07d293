import { expect } from "chai";
import { idOf, parsePoint, pointsOf, victims } from "../../faults/point";

describe("faults: points", () => {
  const points = pointsOf({ up: 5, destroy: 2 });
  const crashes = points.filter(({ fault }) => victims.some((victim) => victim === fault));

  it("are every boundary, before and after, with and without checkpoints", () => {
    const places = crashes.map((point) => idOf({ ...point, fault: "crash" }));
    const expected = ["checkpoints", "no-checkpoints"].flatMap((mode) =>
      ["up:1", "up:2", "up:3", "up:4", "up:5", "destroy:1", "destroy:2"].flatMap((place) =>
        ["before", "after"].map((moment) => `${place}:${moment}:crash:${mode}`),
      ),
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
