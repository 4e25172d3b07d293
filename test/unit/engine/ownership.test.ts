import { expect } from "chai";
import { claim } from "../../../provider/engine/claims";
import type { Args, Definition, Observed } from "../../../provider/engine/definition";
import { inheritedBy, ownOf, refuseConflict, takeOver } from "../../../provider/engine/ownership";
import type { OwnerRecord } from "../../../provider/linux/host/records";
import { markFor } from "../../support/args";
import { HERE } from "../../support/fakeHost";
import { candle, lamp, sun } from "../../support/lamp";

const mark = markFor("Lamp", "a");
const theirs = "pulumi-netns:Lamp:0123456789ab:other/dev/b";
const asked: Args = { name: "a", watts: 40, colour: "red", mark };
const values = { watts: 10, colour: "blue" };
const former = { mark: "uplink", args: values };

const seen = (mark?: string, more: object = {}): Observed<Args, object> => ({
  ...{ args: values, outputs: {}, ...more },
  ...(mark !== undefined && { mark }),
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

const sight = (what: Row[2], records: Row[3]) => ({ host: HERE, answers: [], seen: what, records });

describe("ownership", () => {
  describe("ownOf", () => {
    const rows: readonly (readonly [...Row, expected: boolean])[] = [
      ["nothing there", lamp, undefined, [record(mark)], false],
      ["its mark", lamp, seen(mark), [], true],
      ["no mark", lamp, seen(), [], false],
      ["somebody's mark", lamp, seen("uplink"), [], false],
      ["another resource's mark", lamp, seen(theirs), [], false],
      ["its mark, though another has written it down", lamp, seen(mark), [record(theirs)], false],
      ["its mark and its record beside another's", lamp, seen(mark), [record(theirs), record(mark)], true],
      ["the mark from before it was taken over", lamp, seen("uplink"), [record(mark, { former })], true],
      [
        "no mark yet, as it is being taken over",
        lamp,
        seen(),
        [record(mark, { former: { args: values } })],
        true,
      ],
      ["another resource's mark by now", lamp, seen(theirs), [record(mark, { former })], false],
      [
        "another kind of thing by now",
        lamp,
        seen("uplink", { misfit: "is a candle" }),
        [record(mark, { former })],
        false,
      ],
      ["a record without anything from before", lamp, seen("uplink"), [record(mark)], false],
      ["nobody's record", candle, seen(), [], true],
      ["its record", candle, seen(), [record(mark)], true],
      ["another's record", candle, seen(), [record(theirs)], false],
      ["both records", candle, seen(), [record(theirs), record(mark)], true],
      ["what is always there", sun, seen(), [], true],
      ["what is always there, and another's as well", sun, seen(), [record(theirs)], true],
    ];
    for (const [title, definition, what, records, expected] of rows) {
      it(`${definition.kind}: ${title}: ${expected ? "its own" : "not its own"}`, () => {
        expect(ownOf(definition, sight(what, records), asked)).to.equal(expected ? what : undefined);
      });
    }
  });

  describe("takeOver", () => {
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
      ["finishes its own", lamp, seen(mark), [], adopting, undefined],
      [
        "goes on with its own, and what it was",
        lamp,
        seen(mark),
        [record(mark, { former })],
        adopting,
        former,
      ],
      [
        "goes on with what it had begun to take over",
        lamp,
        seen("uplink", { args: asked }),
        [record(mark, { former })],
        adopting,
        former,
      ],
      ["adopts what has no mark", lamp, seen(), [], adopting, { args: values }],
      ["adopts what has somebody's mark", lamp, seen("uplink"), [], adopting, former],
      [
        "notes all that there is to set back",
        lamp,
        seen("uplink", { whole: { ...values, serial: 7 } }),
        [],
        adopting,
        { mark: "uplink", args: { ...values, serial: 7 } },
      ],
      ["adopts what no mark tells of", candle, seen(), [], adopting, { args: values }],
      ["goes on with what its record tells of", candle, seen(), [record(mark)], asked, undefined],
      ["takes over what is always there", sun, seen(), [], asked, { args: values }],
      ["knows from another what that was before", sun, seen(), [record(theirs, { former })], asked, former],
      [
        "knows it from its own record",
        sun,
        seen(),
        [record(theirs), record(mark, { former })],
        asked,
        former,
      ],
    ];
    for (const [title, definition, what, records, args, expected] of rows) {
      it(`${definition.kind}: ${title}`, () => {
        expect(takeOver(definition, sight(what, records), args)).to.deep.equal(expected);
      });
    }

    const belongs =
      'lamp a exists already: it belongs to Lamp "b" of the stack other/dev. Remove it there, or ask for another; ' +
      "`pulumi-netns gc` removes what is left of a stack that is no more";
    const byHand = "remove it by hand if nobody needs it,";
    const refusals: readonly (readonly [...Row, args: Args, message: string])[] = [
      ["another resource's mark", lamp, seen(theirs), [], adopting, belongs],
      ["another resource's record", lamp, seen("uplink"), [record(theirs)], adopting, belongs],
      [
        "what another resource of the stack has",
        lamp,
        seen(markFor("Lamp", "b/part")),
        [],
        adopting,
        'lamp a exists already: it belongs to Lamp "b/part" of the stack project/stack. Keep the resource by ' +
          '`aliases: [{ name: "b" }]`, or make two runs: first without it, then with it; ' +
          "`pulumi-netns gc` removes what no state has any more",
      ],
      [
        "another resource's record beside its own",
        lamp,
        seen("uplink"),
        [record(mark), record(theirs)],
        adopting,
        belongs,
      ],
      [
        "another resource's, by its record alone",
        candle,
        seen(),
        [record(theirs)],
        adopting,
        belongs.replace("lamp a", "candle a"),
      ],
      [
        "another kind of thing",
        lamp,
        seen(undefined, { misfit: "is a candle, not a lamp" }),
        [],
        adopting,
        "lamp a exists already, but is a candle, not a lamp: remove it by hand if nobody needs it, or ask for another",
      ],
      [
        "what is nobody's, untold",
        lamp,
        seen(),
        [],
        asked,
        `lamp a exists already and is not this resource's own: ${byHand} ask for another, or set \`adopt: true\` to take it over`,
      ],
      [
        "what is nobody's, told not to",
        lamp,
        seen("uplink"),
        [record(mark)],
        { ...asked, adopt: false },
        `lamp a exists already and is not this resource's own (its mark is uplink): ${byHand} ask for another, or set \`adopt: true\` to take it over`,
      ],
      [
        "what cannot be changed in place",
        lamp,
        seen(undefined, { args: { name: "b", ...values } }),
        [],
        adopting,
        "lamp a cannot be adopted, as name cannot be changed in place: ask for what is there, or remove it by hand",
      ],
    ];
    for (const [title, definition, what, records, args, message] of refusals) {
      it(`${definition.kind}: refuses ${title}`, () => {
        expect(() => takeOver(definition, sight(what, records), args)).to.throw(message);
      });
    }

    it("does not speak of `adopt` where a kind cannot", () => {
      const firm: Definition = { ...lamp, schema: lamp.schema.omit({ adopt: true }) };
      expect(() => takeOver(firm, sight(seen(), []), asked))
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
        seen(sister),
        [],
        { from: [sister], former: undefined },
      ],
      [
        "what another of the stack has by record",
        candle,
        seen(),
        [record(sister)],
        { from: [sister], former: undefined },
      ],
      ["its own", lamp, seen(mark), [], undefined],
      ["its own by a record beside another", candle, seen(), [record(sister), record(mark)], undefined],
      ["what another stack has by mark", lamp, seen(theirs), [], undefined],
      ["what another stack has by record", candle, seen(), [record(sister), record(theirs)], undefined],
      ["what nobody has", lamp, seen(), [], undefined],
      ["what somebody's mark is on", lamp, seen("uplink"), [], undefined],
      ["what carries the mark of another kind", lamp, seen(markFor("Candle", "a")), [], undefined],
      ["another kind of thing", lamp, seen(sister, { misfit: "is a candle" }), [], undefined],
      [
        "what is always there from another of the stack, beside others",
        sun,
        seen(),
        [record(sister, { former }), record(theirs, { former })],
        { from: [sister], former },
      ],
      [
        "what is always there and only other stacks have",
        sun,
        seen(),
        [record(theirs, { former })],
        undefined,
      ],
    ];
    beforeEach(() => {
      for (const definition of [lamp, candle, sun]) claim(definition, HERE, heir);
    });
    for (const [title, definition, what, records, expected] of rows) {
      it(`${definition.kind}: ${expected ? "takes over" : "leaves"} ${title}`, () => {
        expect(inheritedBy(definition, sight(what, records), heir)).to.deep.equal(expected);
      });
    }

    it("leaves what this run has not claimed for it", () => {
      expect(inheritedBy(lamp, sight(seen(sister), []), { ...heir, name: "unclaimed" })).to.equal(undefined);
    });

    it("takes over with it what it was before it was adopted, as long as it stays adopted", () => {
      const records = [record(sister, { former })];
      const taken = (args: Args) => inheritedBy(lamp, sight(seen(sister), records), args);
      expect(taken({ ...heir, adopt: true })).to.deep.equal({ from: [sister], former });
      expect(taken(heir)).to.deep.equal({ from: [sister], former: undefined });
    });

    it("refuses what only a new object can change, and names both ways out", () => {
      const painted: Definition = { ...lamp, onChange: { ...lamp.onChange, colour: "replace" } };
      expect(() => inheritedBy(painted, sight(seen(sister), []), heir)).to.throw(
        'lamp inherited cannot be taken over from Lamp "sister": colour cannot change in place. ' +
          'Keep the resource by `aliases: [{ name: "sister" }]`, or make two runs: first without it, then with it',
      );
    });
  });

  describe("refuseConflict", () => {
    const conflict = (definition: Definition, records: readonly OwnerRecord[], was?: string) => () =>
      refuseConflict(definition, sight(seen(), records), asked, was);

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
