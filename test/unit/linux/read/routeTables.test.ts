import { expect } from "chai";
import { parseRouteTables } from "../../../../provider/linux/read/routeTables";

describe("parseRouteTables", () => {
  it("reads numbers and names, without comments", () => {
    const text =
      "#\n# reserved values\n#\n255\tlocal\n254\tmain\n0\tunspec\n#1\tinr.ruhep\n0x64 vpn # ours\n\n  7  a-b\n";
    expect([...parseRouteTables(text)]).to.deep.equal([
      ["local", 255],
      ["main", 254],
      ["unspec", 0],
      ["vpn", 100],
      ["a-b", 7],
    ]);
  });

  it("skips invalid lines", () => {
    expect([...parseRouteTables("vpn 100\n100\nlocal\n-1 x\n")]).to.deep.equal([]);
  });
});
