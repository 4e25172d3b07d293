import { expect } from "chai";
import {
  deletions,
  discover,
  leftIn,
  probe,
  tableName,
  transaction,
} from "../../../../provider/kinds/packetRule/stackTable";
import { printCommand } from "../../../../provider/linux/command";
import { markOf } from "../../../../provider/linux/marks/mark";
import type { NftTable } from "../../../../provider/linux/read/nft/ownRules";
import { markFor } from "../../../support/args";

const mark = markFor("NatRule");

/** A table with a rule in each of the chains of `rules`, by handles from 0 on. */
const tableOf = (rules: readonly string[], chains = [...new Set(rules)], hasMore = false): NftTable => ({
  ...{ chains: chains.map((name) => ({ name })), hasMore, isDormant: false },
  rules: rules.map((chain, handle) => ({ family: "ip", table: "t", chain, handle, expr: [] })),
});

/** The chains of the kind whose rules are deleted begin like this. */
const isOurs = (chain: string) => chain.startsWith("nat");

describe("the table of a stack", () => {
  it("is named after it, the same for each kind of rule", () => {
    expect(tableName(mark)).to.equal("pulumi-netns/project/stack");
    expect(tableName(markFor("FilterRule"))).to.equal(tableName(mark));
    expect(tableName(mark.replace("/stack/", "/a+b/"))).to.equal("pulumi-netns/project/a_b");
  });

  it("is one per rule if the name of the stack is too long", () => {
    const long = markOf("NatRule", `urn:pulumi:${"s".repeat(200)}::project::x::name`);
    expect(tableName(long)).to.match(/^pulumi-netns\/[0-9a-f]{12}$/);
  });

  it("is read by its name, or with everything else", () => {
    const asked = [...probe({ namespace: "red", family: "ipv6", mark }), ...discover("red")];
    expect(asked.map(printCommand)).to.deep.equal([
      "ip netns exec red nft -j list table ip6 pulumi-netns/project/stack",
      "ip netns exec red nft -j list ruleset",
    ]);
  });

  it("is changed in one transaction, or not at all", () => {
    expect(transaction("red", [])).to.deep.equal([]);
    expect(transaction("red", [{ add: {} }, { delete: {} }])).to.deep.equal([
      {
        ...{ tool: "nft", args: ["-j", "-f", "-"], namespace: "red" },
        input: '{"nftables":[{"add":{}},{"delete":{}}]}',
      },
    ]);
  });

  const NOTHING = { emptied: [], isTableEmpty: false };
  const ALL = { emptied: ["nat"], isTableEmpty: true };
  const CHAIN = { emptied: ["nat"], isTableEmpty: false };
  const rows: readonly (readonly [
    title: string,
    table: NftTable | undefined,
    going: readonly number[],
    needed: readonly string[],
    left: ReturnType<typeof leftIn>,
  ])[] = [
    ["of none", undefined, [], [], NOTHING],
    ["of the last rule", tableOf(["nat"]), [0], [], ALL],
    ["of a chain that was empty before", tableOf([], ["nat"]), [], [], ALL],
    ["of one rule of two", tableOf(["nat", "nat"]), [0], [], NOTHING],
    ["of the last rule in one chain of two", tableOf(["nat", "nat/1"]), [0], [], CHAIN],
    ["beside a rule of the other kind", tableOf(["nat", "filter"]), [0], [], CHAIN],
    ["beside an empty chain of the other kind", tableOf(["nat"], ["nat", "filter"]), [0], [], CHAIN],
    ["if a chain is needed", tableOf(["nat"]), [0], ["nat"], NOTHING],
    ["if a missing chain is needed", tableOf(["nat"]), [0], ["nat/1"], CHAIN],
    ["that has sets as well", tableOf(["nat"], ["nat"], true), [0], [], CHAIN],
  ];
  for (const [title, table, numbers, needed, left] of rows) {
    it(`the rest of the table ${title}`, () => {
      const going = (table?.rules ?? []).filter(({ handle }) => numbers.includes(handle));
      expect(leftIn(table, { going, needed, isOurs })).to.deep.equal(left);
    });
  }

  it("deletes the rules first, then the chains, and itself last", () => {
    const table = tableOf(["nat"]);
    const place = { family: "ip", table: "pulumi-netns/project/stack" };
    const leaving = { going: table.rules, needed: [], isOurs };
    expect(deletions(table, { family: "ipv4", mark }, leaving)).to.deep.equal([
      { delete: { rule: { ...place, chain: "nat", handle: 0 } } },
      { delete: { chain: { ...place, name: "nat" } } },
      { delete: { table: { family: "ip", name: place.table } } },
    ]);
  });
});
