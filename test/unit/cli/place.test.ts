import { expect } from "chai";
import { placeIn } from "../../../cli/place";

describe("places on a command line", () => {
  it("are namespaces, and the host by its two names", () => {
    expect(["red", "host", "-"].map(placeIn)).to.deep.equal(["red", undefined, undefined]);
  });

  it("are refused where no namespace can have such a name", () => {
    expect(() => placeIn("--yes")).to.throw(/neither a namespace nor host/);
  });
});
