import { expect } from "chai";
import fc from "fast-check";
import { joined, matchedNetworks, networksOf } from "../../../provider/fields/networks";

function outcome(value: unknown): unknown {
  const result = matchedNetworks.safeParse(value);
  return result.success ? result.data : result.error.issues.map(({ message }) => message).join("; ");
}

describe("matchedNetworks", () => {
  const rows: readonly (readonly [given: unknown, outcome: unknown])[] = [
    ["10.0.0.0/8", "10.0.0.0/8"],
    ["! FD00::/8", "!fd00::/8"],
    [["10.0.0.1"], "10.0.0.1/32"],
    [
      ["192.168.0.0/16", "10.0.0.0/8"],
      ["10.0.0.0/8", "192.168.0.0/16"],
    ],
    [["10.0.1.0/24", "10.0.0.0/24"], "10.0.0.0/23"],
    [["10.0.0.0/8", "10.1.0.0/16"], "10.0.0.0/8"],
    [
      ["!10.0.1.0/24", "!10.0.2.0/24"],
      ["!10.0.1.0/24", "!10.0.2.0/24"],
    ],
    [[], "is an empty list: leave it out"],
    ["0.0.0.0/0", 'has "0.0.0.0/0", which is every address: leave it out'],
    [["10.0.0.0/8", "!10.1.0.0/16"], "has networks with `!` and without: make a rule for each kind"],
    [
      ["10.0.0.0/8", "fd00::/8"],
      "has networks of both families: a rule is of one family, so make one for each",
    ],
    [
      ["10.0.0.0/8", "10.0.0.1/8"],
      'is "10.0.0.1/8", which has bits beyond its prefix: did you mean 10.0.0.0/8, or 10.0.0.1/32?',
    ],
    [5, "is neither a network nor a list of networks"],
  ];
  for (const [given, expected] of rows) {
    it(JSON.stringify(given), () => expect(outcome(given)).to.deep.equal(expected));
  }
});

describe("networks", () => {
  it("are computed from ranges", () => {
    expect(networksOf("10.0.0.1", "10.0.0.6")).to.deep.equal([
      "10.0.0.1/32",
      "10.0.0.2/31",
      "10.0.0.4/31",
      "10.0.0.6/32",
    ]);
    expect(networksOf("0.0.0.0", "255.255.255.255")).to.deep.equal(["0.0.0.0/0"]);
    expect(networksOf("fd00::", "fd00::1:ffff")).to.deep.equal(["fd00::/111"]);
  });

  it("contain the same addresses when joined, and joining once is enough", () => {
    const network = fc.tuple(fc.nat(255), fc.integer({ min: 24, max: 32 })).map(([host, prefix]) => {
      const size = 2 ** (32 - prefix);
      return { first: host - (host % size), size, text: `10.0.0.${host - (host % size)}/${prefix}` };
    });
    const hostsOf = (texts: readonly string[]) =>
      new Set(
        texts.flatMap((text) => {
          const [address = "", prefix] = text.split("/");
          const first = Number(address.split(".")[3]);
          return Array.from({ length: 2 ** (32 - Number(prefix)) }, (_, at) => first + at);
        }),
      );
    fc.assert(
      fc.property(fc.array(network, { minLength: 1, maxLength: 6 }), (networks) => {
        const texts = networks.map(({ text }) => text);
        const once = joined(texts);
        expect([...hostsOf(once)].sort()).to.deep.equal([...hostsOf(texts)].sort());
        expect(joined(once)).to.deep.equal(once);
      }),
    );
  });
});
