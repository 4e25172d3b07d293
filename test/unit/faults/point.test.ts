import { expect } from "chai";
import { idOf, type Point, parsePoint, pointsOf, victims } from "../../faults/point";

describe("faults: points", () => {
  const seed = pointsOf("seed", { up: { calls: 5, batches: 1 }, destroy: { calls: 2, batches: 0 } });
  const counts = { calls: 12, batches: 0 };
  const composites = pointsOf("composites", { up: counts, change: counts, destroy: counts });
  const points = [...seed, ...composites];
  const crashesAmong = (some: readonly Point[]) =>
    some.filter(({ fault }) => victims.some((victim) => victim === fault));

  it("of a program of single kinds are before every call, after every other one, and in the middle", () => {
    expect(crashesAmong(seed).map((point) => idOf({ ...point, fault: "crash" }))).to.deep.equal(
      [
        "up:1:before:crash:checkpoints",
        ...["up:2:before:crash:no-checkpoints", "up:2:after:crash:checkpoints"],
        "up:3:before:crash:no-checkpoints",
        ...["up:4:before:crash:checkpoints", "up:4:after:crash:no-checkpoints"],
        "up:5:before:crash:checkpoints",
        "up:1:amid:crash:no-checkpoints",
        "destroy:1:before:crash:checkpoints",
        ...["destroy:2:before:crash:no-checkpoints", "destroy:2:after:crash:checkpoints"],
      ].map((place) => `seed:${place}`),
    );
  });

  it("of composites are every call of `up`, of a change and of `destroy`, once", () => {
    const places = crashesAmong(composites).map(({ operation, at }) => `${operation} ${at?.number}`);
    const numbers = Array.from({ length: 12 }, (_, at) => at + 1);
    expect(places).to.deep.equal(
      ["up", "change", "destroy"].flatMap((operation) => numbers.map((number) => `${operation} ${number}`)),
    );
  });

  it("of composites kill each victim before and after, in each operation and mode, within a dozen calls", () => {
    const kinds = crashesAmong(composites).map(
      ({ operation, at, fault, mode }) => `${operation} ${at?.moment} ${fault} ${mode}`,
    );
    expect(new Set(kinds)).to.have.property("size", 3 * 2 * 3 * 2);
  });

  for (const victim of victims) {
    it(`kill the ${victim} before and after, in both modes`, () => {
      const kinds = crashesAmong(pointsOf("seed", { up: counts, destroy: counts }))
        .filter(({ fault }) => fault === victim)
        .map(({ at, mode }) => `${at?.moment} ${mode}`);
      expect(new Set(kinds)).to.have.property("size", 4);
    });
  }

  it("occur once each", () => {
    expect(new Set(points.map(idOf))).to.have.property("size", points.length);
  });

  it("are found again by their names", () => {
    expect(points.map(idOf).map(parsePoint)).to.deep.equal(points);
  });

  it("have no other names", () => {
    for (const name of [
      "",
      "up",
      "up:1:before:cli:checkpoints",
      "seed:up:1:before:cli",
      "seed:down:1:before:cli:checkpoints",
      "seed:up:x:before:cli:checkpoints",
      "star:up:1:before:cli:checkpoints",
    ]) {
      expect(parsePoint(name)).to.equal(undefined);
    }
  });
});
