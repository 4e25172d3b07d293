import { expect } from "chai";
import fc from "fast-check";
import { MARK_PREFIX, markOf, markOfPart, parseMark, sameStack } from "../../../../provider/linux/marks/mark";
import { urnOf } from "../../../support/args";

const urn = (stack: string, project: string, name: string): string =>
  `urn:pulumi:${stack}::${project}::pulumi-nodejs:dynamic/netns:Bridge::${name}`;

/** Names that Pulumi accepts for projects and stacks. */
const word = fc.stringMatching(/^[A-Za-z0-9_.-]{1,100}$/);
const name = fc.string({ minLength: 1, maxLength: 200 });

describe("mark", () => {
  const rows: readonly (readonly [kind: string, urn: string, mark: string, parsed: object])[] = [
    [
      "Bridge",
      urnOf("Bridge", "v-net-0"),
      "pulumi-netns:Bridge:573c8b61e04a:project/stack/v-net-0",
      {
        kind: "Bridge",
        hash: "573c8b61e04a",
        label: "project/stack/v-net-0",
        stack: "project/stack",
        name: "v-net-0",
      },
    ],
    [
      "Bridge",
      urn("dev", "lab", 'a "b"\n::c/d'),
      "pulumi-netns:Bridge:c8dd30097278:lab/dev/a__b____c/d",
      {
        kind: "Bridge",
        hash: "c8dd30097278",
        label: "lab/dev/a__b____c/d",
        stack: "lab/dev",
        name: "a__b____c/d",
      },
    ],
    [
      "Bridge",
      "urn:pulumi:dev::lab::my:component:Site$pulumi-nodejs:dynamic/netns:Bridge::br",
      "pulumi-netns:Bridge:be5551909db0:lab/dev/br",
      { kind: "Bridge", hash: "be5551909db0", label: "lab/dev/br", stack: "lab/dev", name: "br" },
    ],
  ];
  for (const [kind, from, mark, parsed] of rows) {
    it(mark, () => {
      expect(markOf(kind, from)).to.equal(mark);
      expect(parseMark(mark)).to.deep.equal(parsed);
    });
  }

  it("contains only characters that no tool quotes, in 120 bytes, and names its kind and hash", () => {
    fc.assert(
      fc.property(word, word, name, (stack, project, resource) => {
        const mark = markOf("VethPair", urn(stack, project, resource));
        expect(mark).to.match(/^pulumi-netns:VethPair:[0-9a-f]{12}:[\w./+-]+$/);
        expect(mark.length).to.be.at.most(120);
        const parsed = parseMark(mark);
        expect(parsed?.kind).to.equal("VethPair");
        expect(`${MARK_PREFIX}:VethPair:${parsed?.hash}:${parsed?.label}`).to.equal(mark);
      }),
    );
  });

  it("differs if the URN differs, even with the same labels", () => {
    fc.assert(
      fc.property(word, word, name, name, (stack, project, one, other) => {
        const [a, b] = [one, other].map((resource) => markOf("Bridge", urn(stack, project, resource)));
        expect(a === b).to.equal(one === other);
      }),
    );
    expect(markOf("Bridge", urn("s", "p", "a b"))).to.not.equal(markOf("Bridge", urn("s", "p", "a_b")));
    const long = "x".repeat(200);
    expect(markOf("Bridge", urn("s", "p", `${long}1`))).to.not.equal(
      markOf("Bridge", urn("s", "p", `${long}2`)),
    );
  });

  it("is the same for the same URN", () => {
    expect(markOf("Bridge", urn("s", "p", "a"))).to.equal(markOf("Bridge", urn("s", "p", "a")));
  });

  it("names its kind even if project and stack fill it", () => {
    const mark = markOf("Namespace", urn("s".repeat(60), "p".repeat(60), "red"));
    expect(parseMark(mark)).to.deep.equal({
      kind: "Namespace",
      hash: "1952391ea87b",
      label: `${"p".repeat(60)}/${"s".repeat(23)}`,
      stack: undefined,
      name: `${"p".repeat(60)}/${"s".repeat(23)}`,
    });
  });

  for (const foreign of [
    "",
    "eth0 uplink",
    "pulumi-netns",
    "pulumi-netns:Bridge:xyz:p/s/n",
    "pulumi-netns:Bridge:0123456789ab",
    "pulumi-netns::0123456789ab:p/s/n",
    "other:Bridge:0123456789ab:p/s/n",
    " pulumi-netns:Bridge:0123456789ab:p/s/n",
  ]) {
    it(`does not take ${JSON.stringify(foreign)} for one of ours`, () => {
      expect(parseMark(foreign)).to.equal(undefined);
    });
  }

  describe("sameStack", () => {
    const mark = markOf("Bridge", urn("dev", "lab", "br"));
    const full = "p".repeat(100);
    for (const [title, other, same] of [
      ["another resource", markOf("Namespace", urn("dev", "lab", "red")), true],
      ["itself", mark, true],
      ["another stack", markOf("Bridge", urn("prod", "lab", "br")), false],
      ["another project", markOf("Bridge", urn("dev", "labs", "br")), false],
      ["no mark", undefined, false],
      ["a foreign mark", "uplink", false],
    ] as const) {
      it(`${title}: ${same}`, () => {
        expect(sameStack(other, mark)).to.equal(same);
      });
    }

    it("two marks cut before the stack: false, as they are undecidable", () => {
      const [a, b] = ["s1", "s2"].map((stack) => markOf("Bridge", urn(stack, full, "br")));
      expect(sameStack(a, String(b))).to.equal(false);
    });
  });

  it("of a part names its kind, its stack, and its composite", () => {
    const whole = markOf("Node", urnOf("Node", "red"));
    const part = markOfPart(whole, "Address red/eth0 10.0.0.1/24");
    expect(part).to.match(/^pulumi-netns:Address:[0-9a-f]{12}:project\/stack\/red\/red\/eth0_10.0.0.1\/24$/);
    expect(sameStack(part, whole)).to.equal(true);
  });

  it("of a part differs for another kind, name or composite", () => {
    const [red, blue] = ["red", "blue"].map((of) => markOf("Node", urnOf("Node", of)));
    const marks = [red, blue].flatMap((whole = "") =>
      ["Bridge a", "Bridge b", "Address a"].map((key) => markOfPart(whole, key)),
    );
    expect(new Set(marks).size).to.equal(6);
  });
});
