import { expect } from "chai";
import { claim } from "../../../provider/engine/claims";
import type { Args, Definition, Observed } from "../../../provider/engine/definition";
import { adopt, inheritedBy, ownOf, refuseConflict } from "../../../provider/engine/ownership";
import type { OwnerRecord } from "../../../provider/linux/host/records";
import { ownerOf } from "../../../provider/linux/marks/owner";
import { markFor } from "../../support/args";
import { HERE } from "../../support/fakeHost";
import { candle, lamp, sun } from "../../support/lamp";

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
        "no mark yet, as it is being taken over",
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
      ["what is always there", sun, observed(), [], true],
      ["what is always there, and another's as well", sun, observed(), [record(theirs)], true],
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
      ["makes what is absent", lamp, undefined, [], adopting, undefined],
      [
        "makes anew what is gone, whatever it was",
        lamp,
        undefined,
        [record(mark, { former })],
        adopting,
        undefined,
      ],
      ["finishes its own", lamp, observed(mark), [], adopting, undefined],
      [
        "goes on with its own, and what it was",
        lamp,
        observed(mark),
        [record(mark, { former })],
        adopting,
        former,
      ],
      [
        "goes on with what it had begun to take over",
        lamp,
        observed("uplink", { args: asked }),
        [record(mark, { former })],
        adopting,
        former,
      ],
      ["adopts what has no mark", lamp, observed(), [], adopting, { args: values }],
      ["adopts what has somebody's mark", lamp, observed("uplink"), [], adopting, former],
      [
        "notes all that there is to set back",
        lamp,
        observed("uplink", { restorable: { ...values, serial: 7 } }),
        [],
        adopting,
        { mark: "uplink", args: { ...values, serial: 7 } },
      ],
      ["adopts what no mark tells of", candle, observed(), [], adopting, { args: values }],
      ["goes on with what its record tells of", candle, observed(), [record(mark)], asked, undefined],
      ["takes over what is always there", sun, observed(), [], asked, { args: values }],
      [
        "knows from another what that was before",
        sun,
        observed(),
        [record(theirs, { former })],
        asked,
        former,
      ],
      [
        "knows it from its own record",
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
        "what another resource of the stack has",
        lamp,
        observed(markFor("Lamp", "b/part")),
        [],
        adopting,
        'lamp a exists already: it belongs to Lamp "b/part" of the stack project/stack. Keep the resource by ' +
          '`aliases: [{ name: "b" }]`, or make two runs: first without it, then with it; ' +
          "`pulumi-netns gc` removes what no state has any more",
      ],
      [
        "another resource's record beside its own",
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
        "what is nobody's, untold",
        lamp,
        observed(),
        [],
        asked,
        `lamp a exists already and is not this resource's own: ${byHand} ask for another, or set \`adopt: true\` to take it over`,
      ],
      [
        "what is nobody's, told not to",
        lamp,
        observed("uplink"),
        [record(mark)],
        { ...asked, adopt: false },
        `lamp a exists already and is not this resource's own (its mark is uplink): ${byHand} ask for another, or set \`adopt: true\` to take it over`,
      ],
      [
        "what cannot be changed in place",
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

    it("does not speak of `adopt` where a kind cannot", () => {
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
        "what another of the stack has by mark",
        lamp,
        observed(sister),
        [],
        { from: [sister], former: undefined },
      ],
      [
        "what another of the stack has by record",
        candle,
        observed(),
        [record(sister)],
        { from: [sister], former: undefined },
      ],
      ["its own", lamp, observed(mark), [], undefined],
      ["its own by a record beside another", candle, observed(), [record(sister), record(mark)], undefined],
      ["what another stack has by mark", lamp, observed(theirs), [], undefined],
      ["what another stack has by record", candle, observed(), [record(sister), record(theirs)], undefined],
      ["what nobody has", lamp, observed(), [], undefined],
      ["what somebody's mark is on", lamp, observed("uplink"), [], undefined],
      ["what carries the mark of another kind", lamp, observed(markFor("Candle", "a")), [], undefined],
      ["another kind of thing", lamp, observed(sister, { incompatible: "is a candle" }), [], undefined],
      [
        "what is always there from another of the stack, beside others",
        sun,
        observed(),
        [record(sister, { former }), record(theirs, { former })],
        { from: [sister], former },
      ],
      [
        "what is always there and only other stacks have",
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

    it("leaves what this run has not claimed for it", () => {
      expect(inheritedBy(lamp, observation(observed(sister), []), { ...heir, name: "unclaimed" })).to.equal(
        undefined,
      );
    });

    it("takes over with it what it was before it was adopted, as long as it stays adopted", () => {
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

  describe("refuseConflict", () => {
    const conflict = (definition: Definition, records: readonly OwnerRecord[], was?: string) => () =>
      refuseConflict(definition, observation(observed(), records), asked, was);

    it("lets several have what is always there, as long as they ask for the same", () => {
      expect(conflict(sun, [record(theirs), record(mark)])).to.not.throw();
    });

    it("refuses another value, and names the resource that has set it", () => {
      expect(conflict(sun, [record(theirs, { args: { ...asked, watts: 60 } })])).to.throw(
        'sun a: watts is 40 here, but 60 for Lamp "b" of the stack other/dev, which has set it: two stacks share it only with the same watts',
      );
    });

    it("does not mind what it had written down itself, also by its mark before a rename", () => {
      const before = record(theirs, { args: { ...asked, watts: 60 } });
      expect(conflict(sun, [before], theirs)).to.not.throw();
      expect(conflict(sun, [record(mark, { args: { ...asked, watts: 60 } })])).to.not.throw();
    });

    it("has no say in what comes and goes", () => {
      expect(conflict(candle, [record(theirs, { args: { ...asked, watts: 60 } })])).to.not.throw();
    });
  });
});
