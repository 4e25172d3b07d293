import { expect } from "chai";
import { PROVIDER } from "../../sdk/resource";
import { ExampleStack } from "../support/stack";

describe("the state", () => {
  let stack: ExampleStack;
  before(async () => {
    stack = await ExampleStack.of("seed");
    await stack.up();
  });
  after(() => stack.remove());

  it("takes less than 2.5 KB per resource", async () => {
    const sizes = (await stack.resources())
      .filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/netns:"))
      .map((resource) => JSON.stringify(resource).length);
    expect(sizes).to.have.length(18);
    expect(Math.max(...sizes)).to.be.below(2.5 * 1024);
  });

  it("contains one short constant as the provider", async () => {
    const texts = (await stack.resources()).flatMap(({ outputs }) => outputs?.["__provider"] ?? []);
    expect([...new Set(texts)]).to.deep.equal([PROVIDER]);
    expect(PROVIDER.length).to.be.below(300);
  });
});
