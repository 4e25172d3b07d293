import { expect } from "chai";
import type { Args } from "../../../../provider/engine/definition";
import { birthGroup, macOf } from "../../../../provider/kinds/links/identity";
import {
  asObserved,
  type Change,
  checked,
  itCreates,
  itDiffers,
  itRefuses,
  itUpdates,
  markFor,
  printed,
} from "../../../support/args";
import { allOf, type TestedLink, testedLinks } from "../../../support/kindsOfLink";

/** Tests of every kind of link that the machine creates, and of the rows of its own options. */

const MAC = "02:00:00:00:00:20";
const OTHER_MAC = "02:00:00:00:00:21";

/** The new value of each shared field, the effect, and the words that follow `ip link set dev NAME`. */
const SHARED: readonly (readonly [...Change, words?: string])[] = [
  ["name", "other", "replace"],
  ["namespace", "red", "replace"],
  ["bridge", "br0", "update", "master br0"],
  ["mac", OTHER_MAC, "update", `address ${OTHER_MAC}`],
  ["mtu", 1400, "update", "mtu 1400"],
  ["up", false, "update", "down"],
  ["deleteForeign", true, "update"],
  ["adopt", true, "update"],
];

const REFUSED: readonly (readonly [field: string, value: unknown, reason: string])[] = [
  ["name", "", "is empty"],
  ["name", "a:b", "may not hold `%` or `:`"],
  ["namespace", ".", 'may not be "."'],
  ["bridge", "..", 'may not be ".."'],
  ["mac", "1:2:3:4:5:6", 'is "1:2:3:4:5:6", not a MAC address such as 02:00:00:00:00:01'],
  ["mtu", 67, "is 67, not a whole number from 68 to 65535 bytes"],
  ["up", "yes", 'is "yes", not of type boolean'],
  ["adopt", 1, "is 1, not of type boolean"],
];

for (const link of testedLinks) {
  const { kind, definition, links, fields, options } = link;
  const { type } = links;
  const has = (field: string): boolean => fields.includes(field);
  const ether = { ...(has("mac") && { mac: MAC }), ...(has("mtu") && { mtu: 1500 }) };
  const state = checked(definition, { name: "unit-link", ...ether });
  const mark = String(state["mark"]);
  const rows = Object.entries(options);
  const born = [has("mac") && `address ${MAC}`, has("mtu") && "mtu 1500"].filter(Boolean).join(" ");

  describe(`${kind}, by its rows`, () => {
    it("has a row for each of its options", () => {
      const shared = SHARED.map(([field]) => field);
      expect(rows.map(([argument]) => argument).sort()).to.deep.equal(
        fields.filter((field) => !shared.includes(field)).sort(),
      );
    });

    describe("check", () => {
      if (has("mac")) {
        it("derives a MAC address from the mark", () => {
          const args = checked(definition, { name: "unit-plain" }, "unit-plain");
          expect(args["mac"]).to.equal(macOf(markFor(kind, "unit-plain")));
        });
      }
      itRefuses(definition, { name: "unit-bad" }, [
        [{ name: undefined }, "name: is required"],
        [{ typo: 1 }, `typo: is not a property; there are ${fields.map((name) => `\`${name}\``).join(", ")}`],
        ...REFUSED.filter(([field]) => has(field)).map(
          ([field, value, reason]) => [{ [field]: value }, `${field}: ${reason}`] as const,
        ),
        ...rows.flatMap(([argument, { refused }]) =>
          refused.map(([value, reason]) => [{ [argument]: value }, `${argument}: ${reason}`] as const),
        ),
      ]);
    });

    describe("diff", () => {
      itDiffers(definition, state, [
        ...SHARED.filter(([field]) => has(field)).map(
          ([field, value, effect]) => [field, value, effect] as const,
        ),
        ...rows.map(([argument, { value, effect }]) => [argument, value, effect] as const),
      ]);
    });

    describe("commands", () => {
      itCreates(definition, [
        [
          { name: "unit-c", ...ether },
          `ip link add name unit-c ${born} group GROUP type ${type}`,
          "ip link set dev unit-c alias MARK group default up",
        ],
        [
          { name: "unit-d", ...ether, namespace: "red", ...(has("bridge") && { bridge: "br0" }), up: false },
          `ip -n red link add name unit-d ${born} group GROUP type ${type}`,
          `ip -n red link set dev unit-d alias MARK group default${has("bridge") ? " master br0" : ""}`,
        ],
        ...rows.map(
          ([argument, { value, words }]) =>
            [
              { name: "unit-o", ...ether, [argument]: value },
              `ip link add name unit-o ${born} group GROUP type ${type} ${words}`,
              "ip link set dev unit-o alias MARK group default up",
            ] as const,
        ),
      ]);

      itUpdates(definition, state, [
        ...SHARED.filter(([field, , effect]) => has(field) && effect === "update").map(
          ([field, value, , words]) =>
            [field, value, ...(words === undefined ? [] : [`ip link set dev unit-link ${words}`])] as const,
        ),
        ...rows
          .filter(([, { effect }]) => effect === "update")
          .map(
            ([argument, { value, words }]) =>
              [argument, value, `ip link set dev unit-link type ${type} ${words}`] as const,
          ),
        ["mark", "another", "ip link set dev unit-link alias MARK"],
      ]);

      it("removes a link of its kind, and nothing else of that name", () => {
        expect(printed([definition.remove(asObserved(state), state)].flat() as never)).to.deep.equal([
          `ip link del dev unit-link type ${type}`,
        ]);
      });
    });

    describe("parse", () => {
      const all = checked(definition, { ...allOf(link), adopt: false }, "all");

      it("reads every field back", () => {
        const { mark: _, name, namespace, deleteForeign, adopt, ...readable } = all;
        const found = definition.parse([told(link, all)], all);
        expect(found?.args).to.deep.equal(readable);
        expect(found?.restorable).to.deep.equal(readable);
        expect(found?.outputs).to.deep.equal({ ifindex: 7 });
        expect(found?.incompatible).to.equal(undefined);
      });

      it("has nothing if there is no link, and refuses another kind", () => {
        expect(definition.parse([undefined], state)).to.equal(undefined);
        const other = told(link, all).replace(`"info_kind":"${type}"`, '"info_kind":"vcan"');
        expect(definition.parse([other], all)?.incompatible).to.equal(`is a vcan link, not a ${type}`);
      });
    });

    describe("ownership", () => {
      const isOurs = (alias: string | undefined, group: string, mac = MAC, more: object = {}) =>
        definition.isOurs?.({ ...asObserved({ ...state, mac }), mark: alias, ...{ group }, ...more }, state);

      it("goes by the mark, else by its first group", () => {
        const theirs = markFor(kind, "theirs");
        expect([
          isOurs(mark, "0"),
          isOurs("Gi0/1", birthGroup(mark)),
          isOurs(undefined, birthGroup(mark)),
          isOurs(undefined, "0"),
          isOurs(theirs, birthGroup(mark)),
          isOurs(mark, "0", MAC, { incompatible: "is a vcan link" }),
        ]).to.deep.equal([true, true, true, false, false, false]);
      });

      it("goes by the MAC address derived from the mark, if it has one", () => {
        expect(isOurs("Gi0/1", "0", macOf(mark))).to.equal(has("mac"));
      });

      it("marks a link that a crash left without an alias, and leaves the first group", () => {
        const observed = { ...asObserved(state), mark: undefined, group: birthGroup(mark) };
        expect(printed(definition.update(observed, state))).to.deep.equal([
          `ip link set dev unit-link alias ${mark} group default`,
        ]);
      });
    });
  });
}

/** A link with these arguments in the output of `ip -N -j -d addr show`. */
const told = ({ links: { type }, options }: TestedLink, args: Args): string =>
  JSON.stringify([
    {
      ifindex: 7,
      ifname: args["name"],
      ifalias: args["mark"],
      flags: args["up"] === true ? ["UP"] : [],
      group: "0",
      mtu: args["mtu"] ?? 1500,
      address: args["mac"],
      master: args["bridge"],
      linkinfo: {
        info_kind: type,
        info_data: Object.assign({}, ...Object.values(options).map(({ shown }) => shown)),
      },
    },
  ]);
