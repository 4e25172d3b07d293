import { expect } from "chai";
import { hostIdIn, moves, reachOf } from "../../../provider/adapter/hosts";
import { inputsIn } from "../../../provider/adapter/properties";

describe("hosts of the adapter", () => {
  const good: readonly (readonly [given: unknown, reach: unknown])[] = [
    [undefined, undefined],
    ["lab1", { destination: "lab1" }],
    ["root@lab1.example.org", { destination: "root@lab1.example.org" }],
    ["ssh://user@lab1:2222", { destination: "ssh://user@lab1:2222" }],
    ["user@[fd00::1]", { destination: "user@[fd00::1]" }],
    [
      { destination: "lab1", sudo: false, connectTimeout: 5 },
      { destination: "lab1", sudo: false, connectTimeout: 5 },
    ],
  ];
  for (const [given, reach] of good) {
    it(`are reached as written: ${JSON.stringify(given)}`, () =>
      expect(reachOf(given)).to.deep.equal({ reach }));
  }

  // ssh(1) would take the first ones for options, and a ProxyCommand would run the others.
  const bad = [
    "",
    "-oProxyCommand=id",
    "a b",
    "lab1;id",
    "$(id)",
    "`id`",
    "lab1\n",
    "user@-lab1",
    "ssh://-lab1",
    5,
    {},
  ];
  for (const given of bad) {
    it(`are not reached: ${JSON.stringify(given)}`, () =>
      expect(reachOf(given)).to.deep.equal({
        problem: "must be a destination of ssh, such as `lab1`, `user@lab1` or `ssh://user@lab1:2222`",
      }));
  }

  it("have settings that are named if they are wrong", () => {
    expect(reachOf({ destination: "lab1", connectTimeout: 0 })).to.deep.equal({
      problem: "has an invalid `connectTimeout`",
    });
  });

  it("are known by their machine", () => {
    expect(hostIdIn(inputsIn({ name: "a" }))).to.deep.equal({ id: "localhost" });
    expect(hostIdIn(inputsIn({ name: "a", host: "lab1", machine: "0123" }))).to.deep.equal({ id: "0123" });
  });

  it("change for certain between this machine and another, without a connection", async () => {
    const [here, there] = [inputsIn({ name: "a" }), inputsIn({ name: "a", host: "lab1", machine: "0123" })];
    expect(await moves(here, there)).to.equal(true);
    expect(await moves(there, here)).to.equal(true);
    expect(await moves(there, there)).to.equal(false);
    expect(await moves(here, here)).to.equal(false);
  });
});
