import { expect } from "chai";
import fc from "fast-check";
import { isLastOf, mappedInto } from "../../../provider/linux/prefix";

describe("an address that is mapped into a network", () => {
  const rows: readonly (readonly [network: string, address: string, mapped: string | undefined])[] = [
    ["192.168.2.0/24", "10.1.1.7", "192.168.2.7"],
    ["192.168.2.9/24", "10.1.1.7", "192.168.2.7"],
    ["10.0.0.0/8", "192.168.1.7", "10.168.1.7"],
    ["10.9.9.9/32", "192.168.1.7", "10.9.9.9"],
    ["0.0.0.0/0", "192.168.1.7", "192.168.1.7"],
    ["fd01::/64", "fd00::10", "fd01::10"],
    ["fd01::/64", "10.1.1.7", undefined],
    ["nonsense", "10.1.1.7", undefined],
  ];
  for (const [network, address, mapped] of rows) {
    it(`${address} into ${network}`, () => {
      expect(mappedInto(network, address)).to.equal(mapped);
    });
  }

  it("maps back to its former network", () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(byte, byte, fc.integer({ min: 0, max: 32 }), (a, b, prefix) => {
        const address = `10.7.${a}.${b}`;
        const there = mappedInto(`192.168.3.0/${prefix}`, address) ?? "";
        expect(mappedInto(`${address}/${prefix}`, there)).to.equal(address);
      }),
    );
  });

  it("is the last of its network or not", () => {
    expect(isLastOf("10.0.0.0/24", "10.0.0.255")).to.equal(true);
    expect(isLastOf("10.0.0.0/23", "10.0.0.255")).to.equal(false);
  });
});
