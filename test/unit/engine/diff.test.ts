import { expect } from "chai";
import { z } from "zod";
import type { Args, Definition } from "../../../provider/engine/definition";
import { difference, valueAt } from "../../../provider/engine/diff";
import { UNKNOWN } from "../../../provider/engine/unknown";

const lamp: Definition = {
  kind: "Lamp",
  schema: z.object({}),
  identity: "name",
  onChange: {
    name: "replace",
    volts: "update",
    bulbs: "update",
    // A lamp can be lit, but not switched off.
    lit: (was, now) => (was === true && now === false ? "replace" : "update"),
    "shade.colour": "replace",
    "shade.width": "update",
  },
  id: () => "",
  objectNames: () => [],
  probe: () => [],
  parse: () => undefined,
  create: () => [],
  update: () => [],
  remove: () => [],
};

const state = {
  name: "a",
  volts: 12,
  bulbs: [60, 40],
  lit: true,
  shade: { colour: "red", width: 1 },
  weight: 3,
  mark: "me",
};

const rows: readonly (readonly [
  title: string,
  olds: Args,
  news: Args,
  changed: string[],
  replaces: string[],
])[] = [
  ["nothing changed", state, structuredClone(state), [], []],
  ["outputs do not count", state, { ...state, weight: undefined }, [], []],
  ["an updated field", state, { ...state, volts: 24 }, ["volts"], []],
  ["a replaced field", state, { ...state, name: "b" }, ["name"], ["name"]],
  ["a list in another order", state, { ...state, bulbs: [40, 60] }, ["bulbs"], []],
  ["a removed field", state, { ...state, volts: undefined }, ["volts"], []],
  ["a nested field", state, { ...state, shade: { colour: "red", width: 2 } }, ["shade.width"], []],
  [
    "a nested replaced field",
    state,
    { ...state, shade: { colour: "blue", width: 1 } },
    ["shade.colour"],
    ["shade.colour"],
  ],
  [
    "a removed nested object",
    state,
    { ...state, shade: undefined },
    ["shade.colour", "shade.width"],
    ["shade.colour"],
  ],
  ["an effect that depends on the values: one way", state, { ...state, lit: false }, ["lit"], ["lit"]],
  ["and the other way", { ...state, lit: false }, state, ["lit"], []],
  ["an unknown replaced field", state, { ...state, name: UNKNOWN }, ["name"], ["name"]],
  ["an unknown updated field", state, { ...state, volts: UNKNOWN }, ["volts"], []],
  ["something unknown in a list", state, { ...state, bulbs: [60, UNKNOWN] }, ["bulbs"], []],
  [
    "an unknown nested object",
    state,
    { ...state, shade: UNKNOWN },
    ["shade.colour", "shade.width"],
    ["shade.colour"],
  ],
  ["unknown on both sides", { ...state, name: UNKNOWN }, { ...state, name: UNKNOWN }, [], []],
  ["another mark", state, { ...state, mark: "you" }, ["mark"], []],
  [
    "everything at once",
    state,
    { mark: "you" },
    [...Object.keys(lamp.onChange), "mark"],
    ["name", "shade.colour"],
  ],
];

describe("diff", () => {
  for (const [title, olds, news, changed, replaces] of rows) {
    it(title, () => {
      expect(difference(lamp, olds, news)).to.deep.equal({ changed, replaces });
    });
  }

  it("valueAt follows a dotted path, through objects only", () => {
    expect(
      ["name", "shade.colour", "shade", "shade.size", "nothing.at.all", "name.length", "bulbs.0"].map(
        (path) => valueAt(state, path),
      ),
    ).to.deep.equal(["a", "red", { colour: "red", width: 1 }, undefined, undefined, undefined, undefined]);
  });
});
