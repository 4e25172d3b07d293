import { expect } from "chai";
import { merge, restored } from "../../../provider/engine/merge";

const asked = { name: "a", mtu: 1500, end: { name: "left", up: true }, ways: [{ via: "10.0.0.1" }] };

describe("merge", () => {
  const rows: readonly (readonly [title: string, observed: object, merged: object])[] = [
    ["takes the observed value", { mtu: 1400 }, { ...asked, mtu: 1400 }],
    ["adds a field that somebody set", { mac: "02:00:00:00:00:01" }, { ...asked, mac: "02:00:00:00:00:01" }],
    ["drops a field that is no longer set", { mtu: undefined }, withoutKey(asked, "mtu")],
    ["descends into objects", { end: { up: false } }, { ...asked, end: { name: "left", up: false } }],
    ["drops fields of objects", { end: { up: undefined } }, { ...asked, end: { name: "left" } }],
    [
      "takes whole lists",
      { ways: [{ via: "10.0.0.2", weight: 2 }] },
      { ...asked, ways: [{ via: "10.0.0.2", weight: 2 }] },
    ],
    ["takes a whole object in place of a value", { mtu: { min: 68 } }, { ...asked, mtu: { min: 68 } }],
    ["changes nothing without an observation", {}, asked],
  ];
  for (const [title, observed, merged] of rows) {
    it(title, () => {
      const before = structuredClone(asked);
      expect(merge(asked, { ...observed })).to.deep.equal(merged);
      expect(asked).to.deep.equal(before);
    });
  }
});

describe("restored", () => {
  const observed = { mtu: 1500, mac: "02:00:00:00:00:01", end: { up: true, mac: "02:00:00:00:00:02" } };
  const rows: readonly (readonly [title: string, former: object, restored: object])[] = [
    [
      "is as it was in every field that can be seen",
      { mtu: 1400, mac: "02:00:00:00:00:09", end: { up: false, mac: "02:00:00:00:00:08" } },
      {
        ...{ ...asked, mtu: 1400, mac: "02:00:00:00:00:09" },
        end: { name: "left", up: false, mac: "02:00:00:00:00:08" },
      },
    ],
    [
      "omits fields that were not set",
      { mtu: 1400, end: { up: false } },
      { ...asked, mtu: 1400, end: { name: "left", up: false } },
    ],
    ["leaves out objects that were not there", { mtu: 1400 }, withoutKey({ ...asked, mtu: 1400 }, "end")],
  ];
  for (const [title, former, result] of rows) {
    it(title, () => {
      expect(restored(asked, observed, { ...former })).to.deep.equal(result);
    });
  }
});

function withoutKey<T extends object, K extends keyof T>(from: T, key: K): Omit<T, K> {
  const { [key]: _, ...rest } = from;
  return rest;
}
