import { expect } from "chai";
import { z } from "zod";
import { checkArgs } from "../../provider/check";
import type { Args, Definition } from "../../provider/definition";
import { UNKNOWN } from "../../provider/unknown";

const Shade = z.object({
  colour: z.enum(["red", "blue"]),
  width: z.number().max(9, "is too wide").default(1),
});

/** A kind that exists nowhere: every shape a schema can have. */
const lamp: Definition = {
  kind: "Lamp",
  schema: z.object({
    name: z.string().min(1, "is empty"),
    volts: z.number().default(12),
    shade: Shade,
    bulbs: z.array(z.number().max(100, "is too bright")).optional(),
    labels: z.record(z.string(), z.string()).optional(),
    height: z.union([z.string(), z.number()], "is neither text nor a number").optional(),
    made: z.union([z.string(), z.number()], "is neither text nor a number"),
  }),
  identity: "name",
  onChange: {},
  id: () => "",
  claims: () => [],
  defaults: ({ mark }) => ({ shade: { colour: "red" }, made: `by ${mark}` }),
  problems: ({ volts }) => (volts === 13 ? [{ property: "volts", reason: "brings bad luck" }] : []),
  probe: () => [],
  parse: () => undefined,
  create: () => [],
  update: () => [],
  remove: () => [],
};

/** What is there when only a name is given. */
const plain = { name: "a", volts: 12, shade: { colour: "red", width: 1 }, made: "by me", mark: "me" };

const fields = ["name", "volts", "shade", "bulbs", "labels", "height", "made"].map((name) => `\`${name}\``);

interface Row {
  readonly title: string;
  readonly given: Args;
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
    title: "prefers what is given to a default",
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
    title: "reports what is wrong beside something unknown",
    given: { name: UNKNOWN, volts: "12", shade: { colour: UNKNOWN, width: 10 } },
    args: { name: UNKNOWN, shade: { colour: UNKNOWN }, made: "by me", mark: "me" },
    problems: ['volts: is "12", not of type number', "shade.width: is too wide"],
  },
  {
    title: "leaves problems between fields until all are known",
    given: { name: UNKNOWN, volts: 13 },
    args: { ...plain, name: UNKNOWN, volts: 13 },
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
    args: { shade: {}, made: "by me", mark: "me" },
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
    title: "says what is missing",
    given: {},
    args: { volts: 12, shade: { colour: "red", width: 1 }, made: "by me", mark: "me" },
    problems: ["name: is required"],
  },
  {
    title: "says what is missing where several types would do",
    given: { name: "a", made: undefined },
    args: { name: "a", volts: 12, shade: { colour: "red", width: 1 }, mark: "me" },
    problems: ["made: is required"],
  },
  {
    title: "says what there is to choose from where a choice is missing",
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
    title: "refuses what is not a property, also nested",
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
    title: "refuses text where an object should be",
    given: { name: "a", shade: "red" },
    args: { name: "a", volts: 12, made: "by me", mark: "me" },
    problems: ['shade: is "red", not of type object'],
  },
  {
    title: "refuses a list where an object should be",
    given: { name: "a", shade: ["red"] },
    args: { name: "a", volts: 12, made: "by me", mark: "me" },
    problems: ['shade: is ["red"], not of type object'],
  },
  {
    title: "names the key of a map",
    given: { name: "a", labels: { room: 1 } },
    args: plain,
    problems: ["labels.room: is 1, not of type string"],
  },
];

describe("check", () => {
  for (const { title, given, args = given, problems = [] } of rows) {
    it(title, () => {
      const result = checkArgs(lamp, { ...given, mark: "me" });
      expect(result.problems.map(({ property, reason }) => `${property}: ${reason}`)).to.deep.equal(problems);
      expect(result.args).to.deep.equal(args);
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

  it("changes nothing of what it is given", () => {
    const given = Object.freeze({ name: "a", shade: Object.freeze({ width: 2 }), mark: "me" });
    expect(checkArgs(lamp, given).problems).to.deep.equal([]);
  });
});
