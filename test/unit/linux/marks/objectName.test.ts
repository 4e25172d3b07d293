import { expect } from "chai";
import { objectName } from "../../../../provider/linux/marks/objectName";

describe("claim", () => {
  it("names a kernel object for people, and tells namespaces apart", () => {
    expect([objectName("link", undefined, "br0"), objectName("link", "red", "br0")]).to.deep.equal([
      "link br0",
      "link br0 in red",
    ]);
  });
});
