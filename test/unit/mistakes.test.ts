import { expect } from "chai";
import { provider } from "../../provider/adapter/dynamic";
import { mistakes } from "../support/mistakes";
import { registered } from "./sdk/registered";

/** The engine's answer about a resource: its arguments as a program registers them, checked as the engine checks them. */
async function told(declare: (typeof mistakes)[string][number][0]): Promise<string> {
  const { resources, marks } = await registered(() => [declare()]);
  const inputs = { ...resources["bad"]?.inputs, mark: marks["bad"] };
  const { failures = [] } = (await provider.check?.({}, inputs)) ?? {};
  return failures
    .map(({ property, reason }) => (property === "" ? reason : `property ${property} ${reason}`))
    .join("\n");
}

describe("a mistake", () => {
  for (const [kind, table] of Object.entries(mistakes)) {
    describe(kind, () => {
      for (const [declare, property, words] of table) {
        it(`${String(declare).replace(/^\(\) => /, "")} is reported`, async () => {
          expect(await told(declare))
            .to.include(`property ${property}`)
            .and.include(words);
        });
      }
      it("has ten rows", () => expect(table).to.have.length.of.at.least(10));
    });
  }
});
