import { expect } from "chai";
import { z } from "zod";
import { checkArgs } from "../../../provider/engine/check";
import type { Args, Definition } from "../../../provider/engine/definition";
import { asFarAsKnown, UNKNOWN } from "../../../provider/engine/unknown";

const Shade = z.object({
  colour: z.enum(["red", "blue"]),
  width: z.number().max(9, "is too wide").default(1),
});

/** Accepts a short form. */
const Cord = z
  .custom<string | { colour: string }>()
  .transform((given) => (typeof given === "string" ? { colour: given } : given))
  .pipe(z.strictObject({ colour: z.string(), length: z.number().default(2) }));

/** A kind with every shape that a schema can have. */
const lamp: Definition = {
  kind: "Lamp",
  schema: z.object({
    name: z.string().min(1, "is empty"),
    volts: z.number().default(12),
    shade: Shade,
    bulbs: z.array(z.number().max(100, "is too bright")).optional(),
    labels: z.record(z.string().min(2, "has too short a key"), z.string()).optional(),
    shades: z.record(z.string(), Shade.strict()).default({}),
    chain: z.array(Shade.strict()).min(2, "is no chain").optional(),
    cord: Cord.prefault("none"),
    sockets: z
      .union([z.string(), z.array(z.string())], "is neither text nor a list")
      .transform((given) => [given].flat())
      .refine((given) => !given.includes("bad"), "has a bad one")
      .optional(),
    height: z.union([z.string(), z.number()], "is neither text nor a number").optional(),
    made: z.union([z.string(), z.number()], "is neither text nor a number"),
  }),
  identity: "name",
  onChange: {},
  id: () => "",
  objectNames: () => [],
  defaults: ({ mark }) => ({ shade: { colour: "red" }, made: `by ${mark}` }),
  problems: asFarAsKnown(
    ({ volts }: Args) => (volts === 13 ? [{ property: "volts", reason: "brings bad luck" }] : []),
    ({ name, volts }: Args) => (name === volts ? [{ property: "name", reason: "is its volts" }] : []),
  ),
  probe: () => [],
  parse: () => undefined,
  create: () => [],
  update: () => [],
  remove: () => [],
};

/** The arguments if only a name is given. */
const plain = {
  ...{ name: "a", volts: 12, shade: { colour: "red", width: 1 }, shades: {} },
  ...{ cord: { colour: "none", length: 2 }, made: "by me", mark: "me" },
};

/** The same, except for some wrong fields. */
function without(...wrong: readonly string[]): Args {
  return Object.fromEntries(Object.entries(plain).filter(([key]) => !wrong.includes(key)));
}

const fields = Object.keys(lamp.schema.shape).map((name) => `\`${name}\``);

interface Row {
  readonly title: string;
  readonly given: Args;
  /** Not called if there are problems, which end the check. */
  readonly args?: Args;
  readonly problems?: readonly string[];
}

const rows: readonly Row[] = [
  { title: "fills in defaults", given: { name: "a" }, args: plain },
  {
    title: "merges defaults under nested fields",
    given: { name: "a", shade: { width: 2 } },
    args: { ...plain, shade: { colour: "red", width: 2 } },
  },
  {
    title: "prefers a given value to a default",
    given: { name: "a", volts: 24, made: 7, shade: { colour: "blue", width: 3 } },
    args: { ...plain, volts: 24, made: 7, shade: { colour: "blue", width: 3 } },
  },
  { title: "lets an unknown value through", given: { name: UNKNOWN }, args: { ...plain, name: UNKNOWN } },
  {
    title: "lets an unknown nested object through",
    given: { name: "a", shade: UNKNOWN },
    args: { ...plain, shade: UNKNOWN },
  },
  {
    title: "lets an unknown nested field through, and fills in the others",
    given: { name: "a", shade: { colour: UNKNOWN } },
    args: { ...plain, shade: { colour: UNKNOWN, width: 1 } },
  },
  {
    title: "lets a list with something unknown through",
    given: { name: "a", bulbs: [60, UNKNOWN] },
    args: { ...plain, bulbs: [60, UNKNOWN] },
  },
  {
    title: "lets a map with something unknown through",
    given: { name: "a", labels: { room: UNKNOWN } },
    args: { ...plain, labels: { room: UNKNOWN } },
  },
  {
    title: "reports problems beside an unknown value",
    given: { name: UNKNOWN, volts: "12", shade: { colour: UNKNOWN, width: 10 } },
    args: { ...without("volts"), name: UNKNOWN, shade: { colour: UNKNOWN } },
    problems: ['volts: is "12", not of type number', "shade.width: is too wide"],
  },
  {
    title: "fills in defaults beside unknown values in a map, a list and a long form",
    given: {
      name: "a",
      shades: { top: { colour: UNKNOWN }, low: { colour: "blue" }, all: UNKNOWN },
      chain: [{ colour: "red" }, { colour: UNKNOWN }, UNKNOWN],
      cord: { colour: UNKNOWN },
    },
    args: {
      ...plain,
      shades: { top: { colour: UNKNOWN, width: 1 }, low: { colour: "blue", width: 1 }, all: UNKNOWN },
      chain: [{ colour: "red", width: 1 }, { colour: UNKNOWN, width: 1 }, UNKNOWN],
      cord: { colour: UNKNOWN, length: 2 },
    },
  },
  {
    title: "reports problems beside an unknown value in a map",
    given: {
      name: "a",
      labels: { x: UNKNOWN, room: 1 },
      shades: { top: { colour: UNKNOWN, widht: 2 }, low: { colour: "green", width: 10 }, none: 5 },
    },
    problems: [
      "labels.x: has too short a key",
      "labels.room: is 1, not of type string",
      "shades.top.widht: is not a property; there are `colour`, `width`",
      'shades.low.colour: is "green", not one of red, blue',
      "shades.low.width: is too wide",
      "shades.none: is 5, not of type object",
    ],
  },
  {
    title: "reports problems beside an unknown element of a list, and its length",
    given: {
      name: "a",
      bulbs: [UNKNOWN, 101, "60"],
      chain: [{ colour: UNKNOWN, width: 10, widht: 2 }],
      sockets: [UNKNOWN, "bad"],
    },
    problems: [
      "bulbs[1]: is too bright",
      'bulbs[2]: is "60", not of type number',
      "chain: is no chain",
      "chain[0].widht: is not a property; there are `colour`, `width`",
      "chain[0].width: is too wide",
      "sockets: has a bad one",
    ],
  },
  {
    title: "reports problems beside an unknown value in a long form",
    given: { name: "a", cord: { color: UNKNOWN, colour: UNKNOWN, length: "2" } },
    problems: [
      "cord.color: is not a property; there are `colour`, `length`",
      'cord.length: is "2", not of type number',
    ],
  },
  {
    title: "accepts a list of several forms whose known items are valid",
    given: { name: "a", sockets: [UNKNOWN, "left"], height: UNKNOWN },
    args: { ...plain, sockets: [UNKNOWN, "left"], height: UNKNOWN },
  },
  {
    title: "lets a list of nothing but unknown items through",
    given: { name: "a", sockets: [UNKNOWN], chain: [UNKNOWN, UNKNOWN] },
    args: { ...plain, sockets: [UNKNOWN], chain: [UNKNOWN, UNKNOWN] },
  },
  {
    title: "names the expected type for a list or an object with something unknown",
    given: {
      name: { first: UNKNOWN },
      shade: [UNKNOWN],
      bulbs: { a: UNKNOWN },
      shades: [UNKNOWN],
      cord: [UNKNOWN],
    },
    problems: [
      "name: is an object, not of type string",
      "shade: is a list, not of type object",
      "bulbs: is an object, not a list",
      "shades: is a list, not a map of names to values",
      "cord: is a list, not of type object",
    ],
  },
  {
    title: "names the expected type for a map or a list",
    given: { name: "a", labels: ["room"], shades: "red", bulbs: { a: 60 } },
    problems: [
      "bulbs: is an object, not a list",
      "labels: is a list, not a map of names to values",
      'shades: is "red", not a map of names to values',
    ],
  },
  {
    title: "postpones problems between fields until those are known",
    given: { name: UNKNOWN, volts: 13 },
    args: { ...plain, name: UNKNOWN, volts: 13 },
    problems: ["volts: brings bad luck"],
  },
  {
    title: "reports problems between fields",
    given: { name: "a", volts: 13 },
    args: { ...plain, volts: 13 },
    problems: ["volts: brings bad luck"],
  },
  {
    title: "reports every problem at once",
    given: {
      name: "",
      volts: true,
      shade: { colour: "green", width: 10 },
      bulbs: [60, 101, 102],
      height: [],
    },
    args: { ...without("name", "volts"), shade: {} },
    problems: [
      "name: is empty",
      "volts: is true, not of type number",
      'shade.colour: is "green", not one of red, blue',
      "shade.width: is too wide",
      "bulbs[1]: is too bright",
      "bulbs[2]: is too bright",
      "height: is neither text nor a number",
    ],
  },
  {
    title: "names a missing value",
    given: {},
    args: without("name"),
    problems: ["name: is required"],
  },
  {
    title: "names a missing value of several possible types",
    given: { name: "a", made: undefined },
    args: without("made"),
    problems: ["made: is required"],
  },
  {
    title: "names the choices for a missing value",
    given: { name: "a", shade: { colour: undefined } },
    args: { ...plain, shade: { width: 1 } },
    problems: ["shade.colour: is required: one of red, blue"],
  },
  {
    title: "names an item of a list, whatever that is",
    given: { name: "a", bulbs: [60, null] },
    args: plain,
    problems: ["bulbs[1]: is null, not of type number"],
  },
  {
    title: "refuses an unknown property, also nested",
    given: { name: "a", colour: "red", shade: { color: "red" } },
    args: plain,
    problems: [
      `colour: is not a property; there are ${fields.join(", ")}`,
      "shade.color: is not a property; there are `colour`, `width`",
    ],
  },
  {
    title: "refuses a property by the name of something that every object has",
    given: { name: "a", constructor: 1, toString: 2 },
    args: plain,
    problems: [
      `constructor: is not a property; there are ${fields.join(", ")}`,
      `toString: is not a property; there are ${fields.join(", ")}`,
    ],
  },
  {
    title: "refuses text in place of an object",
    given: { name: "a", shade: "red" },
    args: without("shade"),
    problems: ['shade: is "red", not of type object'],
  },
  {
    title: "refuses a list in place of an object",
    given: { name: "a", shade: ["red"] },
    args: without("shade"),
    problems: ["shade: is a list, not of type object"],
  },
  {
    title: "names the key of a map",
    given: { name: "a", labels: { room: 1 } },
    args: plain,
    problems: ["labels.room: is 1, not of type string"],
  },
];

describe("check", () => {
  for (const { title, given, args, problems = [] } of rows) {
    it(title, () => {
      const result = checkArgs(lamp, { ...given, mark: "me" });
      expect(result.problems.map(({ property, reason }) => `${property}: ${reason}`)).to.deep.equal(problems);
      if (args) expect(result.args).to.deep.equal(args);
    });
  }

  for (const mark of [undefined, 5, null]) {
    it(`refuses the mark ${JSON.stringify(mark)}, which only the SDK sets`, () => {
      expect(checkArgs(lamp, { name: "", mark })).to.deep.equal({
        args: { name: "", mark },
        problems: [{ property: "mark", reason: "is set by the SDK; use its classes" }],
      });
    });
  }

  it("does not change its inputs", () => {
    const given = Object.freeze({ name: "a", shade: Object.freeze({ width: 2 }), mark: "me" });
    expect(checkArgs(lamp, given).problems).to.deep.equal([]);
  });
});
