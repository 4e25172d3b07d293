import { expect } from "chai";
import * as composite from "../../../provider/composites/lifecycle";
import { topology } from "../../../provider/composites/topology";
import { forgetClaims } from "../../../provider/engine/claims";
import type { Args, Definition } from "../../../provider/engine/definition";
import { check, create, remove } from "../../../provider/engine/lifecycle";
import { definitions } from "../../../provider/kinds";
import { route } from "../../../provider/kinds/route";
import type { HostToCheck } from "../../../provider/linux/host/perHost";
import { markFor } from "../../support/args";
import { LampHost, lamp } from "../../support/fakeKind";
import { goodArgs } from "../../support/goodArgs";

/** A host that is another machine than the tests' own, with one named routing table. */
const elsewhere = (id: string): HostToCheck => ({
  id,
  facts: { routeTableNamed: (name) => (name === `table-of-${id}` ? 77 : undefined) },
});

const [one, two] = [elsewhere("one"), elsewhere("two")];

const problems = (definition: Definition, host: HostToCheck, given: Args, name: string): string[] =>
  check(definition, host, { ...given, mark: markFor(definition.kind, name) }).problems.map(
    ({ reason }) => reason,
  );

describe("two hosts in one program", () => {
  for (const definition of definitions) {
    for (const given of goodArgs[definition.kind] ?? []) {
      it(`may each have the same ${definition.kind}: ${JSON.stringify(given)}`, () => {
        expect(problems(definition, one, given, "first")).to.deep.equal([]);
        expect(problems(definition, two, given, "second")).to.deep.equal([]);
      });
    }
  }

  it("have their own names of routing tables, whatever the program's machine has", () => {
    const given = { destination: "10.0.0.0/8", via: "192.0.2.1", table: "table-of-one" };
    expect(check(route, one, { ...given, mark: markFor("Route") }).args).to.include({ table: 77 });
    expect(problems(route, two, given, "it").join()).to.include("table-of-one");
  });

  it("do not share what a Topology deletes", () => {
    const mark = markFor("Topology", "net");
    const state = composite.check(topology, one, { nodes: { red: {}, blue: {} }, mark }).args;
    forgetClaims();
    const news = composite.check(topology, one, { nodes: { red: {} }, mark }).args;
    composite.diff(topology, one, state, news);
    const inside = { namespace: "blue", interface: "lo", address: "10.0.0.1/32" };
    const [address] = definitions.filter(({ kind }) => kind === "Address");
    if (!address) throw new Error("there is no Address");
    expect(problems(address, two, inside, "it")).to.deep.equal([]);
    expect(problems(address, one, inside, "it").join()).to.include("deletes");
  });

  it("keep claims on one out of removals on the other", async () => {
    const [here, there] = [new LampHost(), new LampHost("there")];
    const args = { name: "uplink", watts: 60, colour: "white", mark: markFor("Lamp", "old") };
    const { state } = await create(lamp, here, args);
    // On another host the same object has a new owner in this run, which does not inherit it.
    check(lamp, there, { name: "uplink", mark: markFor("Lamp", "new") });
    await remove(lamp, here, state);
    expect([...here.lamps.keys()]).to.deep.equal([]);
  });
});
