import { expect } from "chai";
import { claim } from "../../../provider/engine/claims";
import type { Args, Definition, Observed } from "../../../provider/engine/definition";
import {
  adopt,
  inheritedBy,
  ownOf,
  refuseConflict,
  refuseUnlessFresh,
} from "../../../provider/engine/ownership";
import type { OwnerRecord } from "../../../provider/linux/host/records";
import { ownerOf } from "../../../provider/linux/marks/owner";
import { markFor } from "../../support/args";
import { HERE } from "../../support/fakeHost";
import { candle, lamp, sun } from "../../support/fakeKind";

const mark = markFor("Lamp", "a");
const theirs = "pulumi-netns:Lamp:0123456789ab:other/dev/b";
const asked: Args = { name: "a", watts: 40, colour: "red", mark };
const values = { watts: 10, colour: "blue" };
const former = { mark: "uplink", args: values };

const observed = (mark?: string, more: object = {}): Observed<Args, object> => ({
  ...{ args: values, outputs: {}, ...more },
  owner: ownerOf(mark),
});

const record = (mark: string, more: object = {}): OwnerRecord => ({
  ...{ kind: "Lamp", id: "lamp a", mark, args: asked, inode: 1 },
  ...more,
});

type Row = readonly [
  title: string,
  definition: Definition,
  what: Observed<Args, object> | undefined,
  records: readonly OwnerRecord[],
];

const observation = (what: Row[2], records: Row[3]) => ({ host: HERE, answers: [], observed: what, records });

describe("ownership", () => {
  describe("ownOf", () => {
    const rows: readonly (readonly [...Row, expected: boolean])[] = [
      ["nothing there", lamp, undefined, [record(mark)], false],
      ["its mark", lamp, observed(mark), [], true],
      ["no mark", lamp, observed(), [], false],
      ["somebody's mark", lamp, observed("uplink"), [], false],
      ["another resource's mark", lamp, observed(theirs), [], false],
      ["its mark, though another has written it down", lamp, observed(mark), [record(theirs)], false],
      [
        "its mark and its record beside another's",
        lamp,
        observed(mark),
        [record(theirs), record(mark)],
        true,
      ],
      ["the mark from before it was taken over", lamp, observed("uplink"), [record(mark, { former })], true],
      [
        "no mark yet, as it is being adopted",
        lamp,
        observed(),
        [record(mark, { former: { args: values } })],
        true,
      ],
      ["another resource's mark by now", lamp, observed(theirs), [record(mark, { former })], false],
      [
        "another kind of thing by now",
        lamp,
        observed("uplink", { incompatible: "is a candle" }),
        [record(mark, { former })],
        false,
      ],
      ["a record without anything from before", lamp, observed("uplink"), [record(mark)], false],
      ["nobody's record", candle, observed(), [], true],
      ["its record", candle, observed(), [record(mark)], true],
      ["another's record", candle, observed(), [record(theirs)], false],
      ["both records", candle, observed(), [record(theirs), record(mark)], true],
      ["a shared object", sun, observed(), [], true],
      ["a shared object that another resource also has", sun, observed(), [record(theirs)], true],
    ];
    for (const [title, definition, what, records, expected] of rows) {
      it(`${definition.kind}: ${title}: ${expected ? "its own" : "not its own"}`, () => {
        expect(ownOf(definition, observation(what, records), asked)).to.equal(expected ? what : undefined);
      });
    }
  });

  describe("adopt", () => {
    const adopting = { ...asked, adopt: true };
    const rows: readonly (readonly [...Row, args: Args, former: unknown])[] = [
      ["creates a missing object", lamp, undefined, [], adopting, undefined],
      [
        "recreates a missing object, whatever it was",
        lamp,
        undefined,
        [record(mark, { former })],
        adopting,
        undefined,
      ],
      ["completes its own", lamp, observed(mark), [], adopting, undefined],
      [
        "continues with its own, and the former settings",
        lamp,
        observed(mark),
        [record(mark, { former })],
        adopting,
        former,
      ],
      [
        "continues an adoption",
        lamp,
        observed("uplink", { args: asked }),
        [record(mark, { former })],
        adopting,
        former,
      ],
      ["adopts an object without a mark", lamp, observed(), [], adopting, { args: values }],
      ["adopts an object with a foreign alias", lamp, observed("uplink"), [], adopting, former],
      [
        "records everything to restore",
        lamp,
        observed("uplink", { restorable: { ...values, serial: 7 } }),
        [],
        adopting,
        { mark: "uplink", args: { ...values, serial: 7 } },
      ],
      ["adopts an object of a kind without marks", candle, observed(), [], adopting, { args: values }],
      ["continues with a recorded object", candle, observed(), [record(mark)], asked, undefined],
      ["takes over a shared object", sun, observed(), [], asked, { args: values }],
      [
        "learns the former settings from another resource",
        sun,
        observed(),
        [record(theirs, { former })],
        asked,
        former,
      ],
      [
        "learns them from its own record",
        sun,
        observed(),
        [record(theirs), record(mark, { former })],
        asked,
        former,
      ],
    ];
    for (const [title, definition, what, records, args, expected] of rows) {
      it(`${definition.kind}: ${title}`, () => {
        expect(adopt(definition, observation(what, records), args)).to.deep.equal(expected);
      });
    }

    const belongs =
      'lamp a exists already: it belongs to Lamp "b" of the stack other/dev. Remove it there, or ask for another; ' +
      "`pulumi-netns gc` removes what is left of a stack that is no more";
    const byHand = "remove it by hand if nobody needs it,";
    const refusals: readonly (readonly [...Row, args: Args, message: string])[] = [
      ["another resource's mark", lamp, observed(theirs), [], adopting, belongs],
      ["another resource's record", lamp, observed("uplink"), [record(theirs)], adopting, belongs],
      [
        "an object of another resource of the stack",
        lamp,
        observed(markFor("Lamp", "b/part")),
        [],
        adopting,
        'lamp a exists already: it belongs to Lamp "b/part" of the stack project/stack. Keep the resource by ' +
          '`aliases: [{ name: "b" }]`, or make two runs: first without it, then with it; ' +
          "`pulumi-netns gc` removes what no state has any more",
      ],
      [
        "an object with another resource's record beside its own",
        lamp,
        observed("uplink"),
        [record(mark), record(theirs)],
        adopting,
        belongs,
      ],
      [
        "another resource's, by its record alone",
        candle,
        observed(),
        [record(theirs)],
        adopting,
        belongs.replace("lamp a", "candle a"),
      ],
      [
        "another kind of thing",
        lamp,
        observed(undefined, { incompatible: "is a candle, not a lamp" }),
        [],
        adopting,
        "lamp a exists already, but is a candle, not a lamp: remove it by hand if nobody needs it, or ask for another",
      ],
      [
        "an unowned object without `adopt`",
        lamp,
        observed(),
        [],
        asked,
        `lamp a exists already and is not this resource's own: ${byHand} ask for another, or set \`adopt: true\` to take it over`,
      ],
      [
        "an unowned object with `adopt: false`",
        lamp,
        observed("uplink"),
        [record(mark)],
        { ...asked, adopt: false },
        `lamp a exists already and is not this resource's own (its mark is uplink): ${byHand} ask for another, or set \`adopt: true\` to take it over`,
      ],
      [
        "an object that cannot be updated in place",
        lamp,
        observed(undefined, { args: { name: "b", ...values } }),
        [],
        adopting,
        "lamp a cannot be adopted, as name cannot be changed in place: ask for what is there, or remove it by hand",
      ],
    ];
    for (const [title, definition, what, records, args, message] of refusals) {
      it(`${definition.kind}: refuses ${title}`, () => {
        expect(() => adopt(definition, observation(what, records), args)).to.throw(message);
      });
    }

    it("does not mention `adopt` if a kind cannot", () => {
      const firm: Definition = { ...lamp, schema: lamp.schema.omit({ adopt: true }) };
      expect(() => adopt(firm, observation(observed(), []), asked))
        .to.throw(`own: ${byHand} or ask for another`)
        .that.does.not.match(/adopt/);
    });
  });

  describe("inheritedBy", () => {
    const sister = markFor("Lamp", "sister");
    const heir = { ...asked, name: "inherited", watts: 10 };
    const rows: readonly (readonly [...Row, expected: unknown])[] = [
      ["nothing", lamp, undefined, [record(sister)], undefined],
      [
        "an object of the stack, by its mark",
        lamp,
        observed(sister),
        [],
        { from: [sister], former: undefined },
      ],
      [
        "an object of the stack, by its record",
        candle,
        observed(),
        [record(sister)],
        { from: [sister], former: undefined },
      ],
      ["its own", lamp, observed(mark), [], undefined],
      ["its own by a record beside another", candle, observed(), [record(sister), record(mark)], undefined],
      ["an object of another stack, by its mark", lamp, observed(theirs), [], undefined],
      [
        "an object of another stack, by its record",
        candle,
        observed(),
        [record(sister), record(theirs)],
        undefined,
      ],
      ["an unowned object", lamp, observed(), [], undefined],
      ["an object with a foreign alias", lamp, observed("uplink"), [], undefined],
      ["an object with the mark of another kind", lamp, observed(markFor("Candle", "a")), [], undefined],
      ["another kind of thing", lamp, observed(sister, { incompatible: "is a candle" }), [], undefined],
      [
        "a shared object from another resource of the stack, beside others",
        sun,
        observed(),
        [record(sister, { former }), record(theirs, { former })],
        { from: [sister], former },
      ],
      [
        "a shared object that only other stacks have",
        sun,
        observed(),
        [record(theirs, { former })],
        undefined,
      ],
    ];
    beforeEach(() => {
      for (const definition of [lamp, candle, sun]) claim(definition, HERE, heir);
    });
    for (const [title, definition, what, records, expected] of rows) {
      it(`${definition.kind}: ${expected ? "takes over" : "leaves"} ${title}`, () => {
        expect(inheritedBy(definition, observation(what, records), heir)).to.deep.equal(expected);
      });
    }

    it("leaves objects that this run has not claimed for it", () => {
      expect(inheritedBy(lamp, observation(observed(sister), []), { ...heir, name: "unclaimed" })).to.equal(
        undefined,
      );
    });

    it("inherits the former settings of an adopted object while it stays adopted", () => {
      const records = [record(sister, { former })];
      const taken = (args: Args) => inheritedBy(lamp, observation(observed(sister), records), args);
      expect(taken({ ...heir, adopt: true })).to.deep.equal({ from: [sister], former });
      expect(taken(heir)).to.deep.equal({ from: [sister], former: undefined });
    });

    it("refuses what only a new object can change, and names both ways out", () => {
      const painted: Definition = { ...lamp, onChange: { ...lamp.onChange, colour: "replace" } };
      expect(() => inheritedBy(painted, observation(observed(sister), []), heir)).to.throw(
        'lamp inherited cannot be taken over from Lamp "sister": colour cannot change in place. ' +
          'Keep the resource by `aliases: [{ name: "sister" }]`, or make two runs: first without it, then with it',
      );
    });
  });

  describe("refuseUnlessFresh", () => {
    const sister = markFor("Lamp", "sister");
    const taking = (fresh: Args) => () =>
      refuseUnlessFresh(
        lamp,
        observation(observed(sister), []),
        asked,
        { from: [sister], former: undefined },
        fresh,
      );

    it("lets a resource take over an object that is as a new one would be", () => {
      expect(taking({})).to.not.throw();
      expect(taking({ watts: observed(sister).args["watts"] })).to.not.throw();
    });

    it("refuses an object with a value that cannot be unset, and names both ways out", () => {
      expect(taking({ watts: 99 })).to.throw(
        /cannot be taken over from Lamp "sister": watts cannot change in place\. Keep the resource by `aliases/,
      );
    });
  });

  describe("refuseConflict", () => {
    const conflict = (definition: Definition, records: readonly OwnerRecord[], was?: string) => () =>
      refuseConflict(definition, observation(observed(), records), asked, was);

    it("lets several resources have a shared object, if they ask for the same", () => {
      expect(conflict(sun, [record(theirs), record(mark)])).to.not.throw();
    });

    it("refuses another value, and names the resource that has set it", () => {
      expect(conflict(sun, [record(theirs, { args: { ...asked, watts: 60 } })])).to.throw(
        'sun a: watts is 40 here, but 60 for Lamp "b" of the stack other/dev, which has set it: two stacks share it only with the same watts',
      );
    });

    it("ignores its own record, also by its mark before a rename", () => {
      const before = record(theirs, { args: { ...asked, watts: 60 } });
      expect(conflict(sun, [before], theirs)).to.not.throw();
      expect(conflict(sun, [record(mark, { args: { ...asked, watts: 60 } })])).to.not.throw();
    });

    it("does not apply to objects that are created and deleted", () => {
      expect(conflict(candle, [record(theirs, { args: { ...asked, watts: 60 } })])).to.not.throw();
    });
  });
});
