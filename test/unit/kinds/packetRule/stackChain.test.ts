import { expect } from "chai";
import {
  isMisshapen,
  obstaclesTo,
  type Place,
  writeChain,
} from "../../../../provider/kinds/packetRule/stackChain";
import type { NftChain, NftRule, NftTable } from "../../../../provider/linux/read/nft/ownRules";

const BASE = { type: "filter", hook: "forward", prio: 0 };

/** Rules of the stack have a lower-case comment. */
const isOwn = ({ comment }: NftRule): boolean => /^[a-z]$/.test(comment ?? "");
const place: Place = { family: "ip", table: "t", name: "c", base: BASE, isOwn };

/** A chain with a rule per letter: a capital is somebody else's drop, `+` a counter. */
const tableOf = (letters: string, chain: Partial<NftChain> = {}, isDormant = false): NftTable => ({
  ...{ isDormant, hasMore: false, chains: [{ name: "c", ...BASE, policy: "accept", ...chain }] },
  rules: [...letters].map((comment, at) => ({
    ...{ family: "ip", table: "t", chain: "c", handle: at + 1, comment },
    expr: comment === "+" ? [{ match: {} }, { counter: { packets: 5 } }] : [{ match: {} }, { drop: null }],
  })),
});

const ruleOf = ({ rules }: NftTable, letter: string): NftRule => {
  const found = rules.find(({ comment }) => comment === letter);
  if (!found) throw new Error(`no rule ${letter}`);
  return found;
};

/** Operations in short: `-2` deletes the rule with that handle, `-c` and `c` delete and add the chain, other letters add a rule. */
const short = (operations: readonly object[]): string =>
  operations
    .flatMap((operation) => Object.entries(operation))
    .map(([verb, { rule, chain }]) => {
      if (chain) return verb === "delete" ? "-c" : "c";
      if (verb === "delete") return `-${rule.handle}`;
      return `${verb === "add" ? "" : `${verb}${rule.handle}:`}${rule.comment}`;
    })
    .join(" ");

describe("a chain in the table of a stack", () => {
  const rows: readonly (readonly [title: string, table: NftTable, obstacles: readonly string[]])[] = [
    ["as created", tableOf("ab"), []],
    ["behind a foreign counter, before a foreign drop", tableOf("+abX"), []],
    ["dormant", tableOf("b", {}, true), ["its table is dormant"]],
    ["with another policy", tableOf("b", { policy: "drop" }), ["its chain has the policy drop"]],
    [
      "with another priority",
      tableOf("b", { prio: 10 }),
      ["its chain is of type filter at the hook forward with priority 10"],
    ],
    [
      "at another hook",
      tableOf("b", { hook: "input" }),
      ["its chain is of type filter at the hook input with priority 0"],
    ],
    [
      "of another type",
      tableOf("b", { type: "route" }),
      ["its chain is of type route at the hook forward with priority 0"],
    ],
    [
      "a regular chain",
      tableOf("b", { type: undefined, hook: undefined, prio: undefined, policy: undefined }),
      ["its chain is at no hook"],
    ],
    ["behind somebody's drop", tableOf("aXb"), ["behind a rule that is not the stack's"]],
    [
      "everything at once",
      tableOf("Xb", { prio: 10, policy: "drop" }, true),
      [
        "its table is dormant",
        "its chain is of type filter at the hook forward with priority 10",
        "its chain has the policy drop",
        "behind a rule that is not the stack's",
      ],
    ],
  ];
  for (const [title, table, obstacles] of rows) {
    it(`reports what keeps a rule from being in force: ${title}`, () =>
      expect(obstaclesTo(table, ruleOf(table, "b"), BASE, isOwn)).to.deep.equal(obstacles));
  }

  const entry = (comment: string, at?: NftRule, isReplacing = false) => ({
    ...{ rule: { comment, expr: [{ drop: null }] }, at, isReplacing },
  });

  const writes: readonly (readonly [
    title: string,
    table: NftTable | undefined,
    at: string | undefined,
    isReplacing: boolean,
    going: string,
    operations: string,
  ])[] = [
    ["none yet", undefined, undefined, false, "", "c n"],
    ["at its end", tableOf("ab"), undefined, false, "", "c n"],
    ["before another", tableOf("ab"), "b", false, "", "c insert2:n"],
    ["in the place of another", tableOf("ab"), "b", true, "", "c replace2:n"],
    ["a policy alone", tableOf("ab", { policy: "drop" }), "b", true, "", "c replace2:n"],
    ["before a foreign drop", tableOf("abX"), undefined, false, "", "c insert3:n"],
    ["behind a foreign counter", tableOf("+"), undefined, false, "", "c n"],
    ["another priority", tableOf("a+b", { prio: 10 }), undefined, false, "", "-1 -2 -3 -c c a + b n"],
    ["another priority, in the place", tableOf("abd", { prio: 10 }), "b", true, "", "-1 -2 -3 -c c a n d"],
    [
      "another priority, for a deleted rule",
      tableOf("abd", { prio: 10 }),
      "b",
      false,
      "b",
      "-1 -2 -3 -c c a n d",
    ],
    ["ours behind a foreign drop", tableOf("aXbd"), "b", true, "", "-1 -2 -3 -4 c a n d X"],
    ["ours behind two foreign rules", tableOf("XYb"), undefined, false, "", "-1 -2 -3 c b n X Y"],
  ];
  for (const [title, table, at, isReplacing, going, operations] of writes) {
    it(`is written: ${title}`, () => {
      const target = table && at !== undefined ? ruleOf(table, at) : undefined;
      const leaving = (table?.rules ?? []).filter(
        ({ comment = "" }) => going !== "" && going.includes(comment),
      );
      const written = writeChain(table, place, [entry("n", target, isReplacing)], leaving);
      expect(short(written)).to.equal(operations);
      expect(isMisshapen(table, place)).to.equal(operations.startsWith("-"));
    });
  }

  it("restores foreign rules word by word", () => {
    const table = tableOf("+a", { prio: 1 });
    expect(writeChain(table, place, [], [])).to.deep.include({
      add: {
        rule: {
          ...{ family: "ip", table: "t", chain: "c", comment: "+" },
          expr: [{ match: {} }, { counter: { packets: 5 } }],
        },
      },
    });
  });
});
