import { expect } from "chai";
import fc from "fast-check";
import type { Plan } from "../../../provider/linux/plan";
import { type Journey, newJourney } from "../../../provider/trace/journey";
import type { Place } from "../../../provider/trace/network/network";
import type { Way } from "../../../provider/trace/network/placeDetails";
import { Owners } from "../../../provider/trace/owners";
import type { Packet } from "../../../provider/trace/packet";
import { everyWay, type Found, printShare, sumOfShares, together } from "../../../provider/trace/spread";

const placeOf = (name: string): Place => ({ name, devices: [], numbers: new Map() });
const way = (link: string, weight = 1): Way => ({ via: undefined, interface: link, weight, isDead: false });
const start = () => newJourney([], new Owners([]), "ipv4");

/** A walk over successive forks with these weights. The result of a leaf depends on the nexthops taken. */
const walkBy = (forks: readonly (readonly number[])[], deadAt: (taken: string) => string | undefined) =>
  function* walk(journey: Journey): Plan<Found> {
    for (const [at, weights] of forks.entries()) {
      const ways = weights.map((weight, index) => way(`${at}${"abcdef"[index]}`, weight));
      const taken = journey.choices[at] ?? 0;
      journey.forks.push({ place: placeOf(`r${at}`), direction: "there", ways, taken });
    }
    const links = journey.forks.map(({ ways, taken }) => ways[taken]?.interface).join(" ");
    const place = deadAt(links);
    yield* [];
    return {
      end: { at: "place", place: placeOf("b"), packet: PACKET },
      fault: place === undefined ? undefined : { ...FAULT, place, reason: `it drops` },
    };
  };

const PACKET: Packet = {
  ...{ family: "ipv4", protocol: "icmp", source: "10.0.0.1", destination: "10.0.0.2" },
  isReply: false,
};
const FAULT = { cause: "filter", direction: "there", effect: "all", fix: "fix it" } as const;

/** Runs a plan without steps. */
function result<T>(plan: Plan<T>): T {
  const step = plan.next([]);
  if (!step.done) throw new Error("it asks something");
  return step.value;
}

const found = (forks: readonly (readonly number[])[], deadAt: (taken: string) => string | undefined) => {
  const journey = start();
  const { fault, chance } = together(journey, result(everyWay(journey, walkBy(forks, deadAt))));
  return { fault: fault?.reason, chance: chance?.reason, doubts: journey.doubts.length };
};

describe("the ways of a route that has several", () => {
  it("are all walked, whatever the forks and weights", () => {
    const forks = fc.array(fc.array(fc.integer({ min: 1, max: 256 }), { minLength: 2, maxLength: 4 }), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(forks, (weights) => {
        const walked = result(
          everyWay(
            start(),
            walkBy(weights, () => undefined),
          ),
        );
        const ways = walked.map(({ journey }) => journey.forks.map(({ taken }) => taken).join());
        expect(new Set(ways).size).to.equal(weights.reduce((product, { length }) => product * length, 1));
        expect(ways.length).to.equal(new Set(ways).size);
        expect(sumOfShares(walked.map(({ share }) => share))).to.deep.equal({ part: 1n, whole: 1n });
      }),
    );
  });

  it("are told of where too many are left", () => {
    const journey = start();
    const walked = result(
      everyWay(
        journey,
        walkBy([[1, 1, 1]], () => undefined),
        2,
      ),
    );
    expect(together(journey, walked).fault).to.equal(undefined);
    expect(journey.doubts).to.deep.equal(["more than 2 paths: trace followed only 2 of 3 flows"]);
  });

  const none = { fault: undefined, chance: undefined, doubts: 0 };
  const rows: readonly (readonly [
    name: string,
    forks: readonly (readonly number[])[],
    deadAt: (taken: string) => string | undefined,
    expected: { fault?: string; chance?: string },
  ])[] = [
    ["nothing is wrong", [[1, 1]], () => undefined, {}],
    [
      "one of two dies",
      [[1, 1]],
      (taken) => (taken === "0b" ? "s2" : undefined),
      { chance: "it drops (1 of 2 flows go this way, by 0b in r0)" },
    ],
    [
      "the heavier one dies",
      [[3, 1]],
      (taken) => (taken === "0a" ? "s1" : undefined),
      { chance: "it drops (3 of 4 flows go this way, by 0a in r0)" },
    ],
    ["all die at one place", [[1, 1]], () => "s", { fault: "it drops" }],
    [
      "each dies elsewhere",
      [[1, 2]],
      (taken) => `s${taken}`,
      {
        fault: "it drops (2 of 3 flows go this way, by 0b in r0; the others get lost as well, at s0a)",
        chance: "it drops (1 of 3 flows go this way, by 0a in r0; the others get lost as well, at s0b)",
      },
    ],
    [
      "one dies whichever way led there",
      [
        [1, 1],
        [1, 1, 1],
      ],
      (taken) => (taken.endsWith("1c") ? "s3" : undefined),
      { chance: "it drops (1 of 3 flows go this way, by 1c in r1)" },
    ],
    [
      "some die here, and some there",
      [
        [1, 1],
        [1, 1],
      ],
      (taken) => (taken.startsWith("0a") ? "s1" : taken.endsWith("1b") ? "s2" : undefined),
      { chance: "it drops (1 of 2 flows go this way, by 0a in r0; 3 of 4 flows get lost in all)" },
    ],
  ];
  for (const [name, forks, deadAt, expected] of rows) {
    it(`where ${name}`, () => {
      expect(found(forks, deadAt)).to.deep.equal({ ...none, ...expected });
    });
  }

  it("are counted in hundredths where nobody counts by their weights", () => {
    expect(printShare({ part: 1n, whole: 1000n })).to.equal("1 of 1000 flows");
    expect(printShare({ part: 511n, whole: 2047n })).to.equal("about 25 of 100 flows");
  });
});
