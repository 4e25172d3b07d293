import { expect } from "chai";
import { kindOf, singlesOf } from "../../../provider/adapter/controllers";
import { assertions } from "../../../provider/assertions";
import { composites } from "../../../provider/composites";
import { checkArgs } from "../../../provider/engine/check";
import type { Args, Definition } from "../../../provider/engine/definition";
import { asFarAsSaid, compositeUpToDate, upToDate, withUnset } from "../../../provider/engine/upToDate";
import { definitions } from "../../../provider/kinds";
import { bridge } from "../../../provider/kinds/bridge";
import { namespace } from "../../../provider/kinds/namespace";
import { checked, markFor, placesIn } from "../../support/args";
import { HERE } from "../../support/fakeHost";
import { goodArgs } from "../../support/goodArgs";

type Kind = Pick<Definition, "kind" | "schema" | "defaults" | "problems">;

/** Complete states of a kind: its good arguments as `check` passes them on. */
const statesOf = (kind: Kind): Args[] =>
  (goodArgs[kind.kind] ?? []).map((given) => {
    const { args, problems } = checkArgs(kind, { ...given, mark: markFor(kind.kind) });
    expect(problems).to.deep.equal([]);
    return args;
  });

/** A copy without the value at `path`. */
function without<T extends object>(value: T, path: readonly string[]): T {
  const copy = structuredClone(value);
  const owner = path.slice(0, -1).reduce<object>((inner, key) => Reflect.get(inner, key), copy);
  Reflect.deleteProperty(owner, path.at(-1) ?? "");
  return copy;
}

/** Maps with free keys. */
const FREE = [
  ...["interfaces", "nodes", "bridges", "nat", "filter", "sysctls"],
  ...["linkSysctls", "ovsBridges", "ovsPorts", "dummies"],
];

/** A copy in which every nested object has a key that no schema knows. */
const withStrangers = (value: unknown, place?: string): unknown => {
  if (Array.isArray(value)) return value.map((item) => withStrangers(item, ""));
  if (typeof value !== "object" || value === null) return value;
  const inner = Object.entries(value).map(([key, item]) => [key, withStrangers(item, key)]);
  const isClosed = place !== undefined && !FREE.includes(place);
  return Object.fromEntries([...inner, ...(isClosed ? [["ofAnotherVersion", 1]] : [])]);
};

/** Kinds whose defaults all depend on something else. */
const WITHOUT_DEFAULTS = ["OvsPort", "Sysctl"];

const kinds: readonly (readonly [Kind, typeof upToDate])[] = [
  ...definitions.map((kind) => [kind, upToDate] as const),
  ...assertions.map((kind) => [kind, upToDate] as const),
  ...composites.map((kind) => [kind, compositeUpToDate] as const),
];

describe("a state of another version", () => {
  for (const [kind, asNow] of kinds) {
    describe(kind.kind, () => {
      it("stays unchanged if it is complete", () => {
        for (const state of statesOf(kind)) expect(asNow(kind, state)).to.deep.equal(state);
      });

      it("gets each missing default, at every level", () => {
        let filled = 0;
        for (const state of statesOf(kind)) {
          for (const path of placesIn(state).filter((place) => !/^\d+$/.test(place.at(-1) ?? ""))) {
            const older = without(state, path);
            const { args, problems } = checkArgs(kind, older);
            if (problems.length > 0) continue;
            expect(asNow(kind, older), path.join(".")).to.deep.equal(args);
            filled += Number(Object.keys(args).length === Object.keys(state).length);
          }
        }
        expect(filled > 0).to.equal(!WITHOUT_DEFAULTS.includes(kind.kind));
      });

      it("means neither a change nor a replacement with the same arguments", () => {
        for (const state of statesOf(kind)) {
          for (const path of placesIn(state)) {
            const older = without(state, path);
            const { args, problems } = checkArgs(kind, older);
            if (problems.length > 0 || args["mark"] === undefined) continue;
            expect(kindOf(older).diff(HERE, older, args), path.join(".")).to.deep.equal({
              ...{ changes: false, replaces: [], deleteBeforeReplace: true },
            });
          }
        }
      });

      it("loses nested keys that this version does not know", () => {
        for (const state of statesOf(kind)) {
          const strangers = withStrangers(state);
          if (typeof strangers !== "object") continue;
          const observed = asNow(kind, { ...strangers });
          expect(observed).to.deep.equal(state);
        }
      });

      it("can be deleted whatever it lacks", () => {
        for (const state of statesOf(kind)) {
          for (const path of placesIn(state).filter(([first]) => first !== "mark")) {
            const { problems } = checkArgs(kind, without(state, path));
            if (problems.length === 0) singlesOf(without(state, path));
          }
        }
      });
    });
  }

  it("keeps its outputs, known or not", () => {
    const state = { ...checked(bridge, { name: "br0" }), ifindex: 7, color: "red" };
    expect(upToDate(bridge, state)).to.deep.equal(state);
  });

  it("keeps an argument that this version would refuse, so that it can be removed", () => {
    const mark = markFor("Node");
    const interfaces = { eth0: { addresses: [{ address: "not an address any more", scope: "global" }] } };
    const addresses = singlesOf({ mark, name: "red", interfaces }).flatMap(
      ({ args }) => args["address"] ?? [],
    );
    expect(addresses).to.deep.equal(["not an address any more"]);
  });

  describe("a default that differs from the kernel", () => {
    const state = checked(namespace, { name: "red" });

    for (const path of ["loopback", "killProcesses"]) {
      it(`stays a difference after a refresh: ${path}`, () => {
        const observed = without(state, [path]);
        const kept = withUnset(namespace, observed);
        expect(kept).to.deep.equal({ ...observed, unset: [path] });
        expect(upToDate(namespace, kept)).to.deep.equal(observed);
        expect(kindOf(kept).diff(HERE, kept, state).changes).to.equal(true);
      });
    }

    it("causes no message if nothing is missing", () => {
      expect(withUnset(namespace, state)).to.deep.equal(state);
    });
  });

  it("ignores arguments that were unknown when something was adopted: those stay unchanged", () => {
    const { ageingTime: _, ...former } = checked(bridge, { name: "br0", stp: true });
    const now = { ...former, stp: false, ageingTime: 60 };
    expect(asFarAsSaid(bridge, former, now)).to.deep.equal({ ...former, ageingTime: 60 });
  });
});
