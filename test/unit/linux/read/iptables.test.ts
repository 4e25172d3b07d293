import { expect } from "chai";
import fc from "fast-check";
import { parseRules } from "../../../../provider/linux/read/iptables";

describe("parse iptables", () => {
  it("reads rules, and skips policies and chains", () => {
    const listing = [
      "-P PREROUTING ACCEPT",
      "-N DOCKER",
      "-A POSTROUTING -s 10.0.0.0/8 ! -d 10.0.0.0/8 -m comment --comment pulumi-netns:NatRule:0:p/s/n -j MASQUERADE",
      '-A PREROUTING -m comment --comment "two words" -j DOCKER',
      "-A OUTPUT -j DOCKER",
    ].join("\n");
    expect(parseRules(listing)).to.deep.equal([
      {
        chain: "POSTROUTING",
        words: [
          "-s",
          "10.0.0.0/8",
          "!",
          "-d",
          "10.0.0.0/8",
          "-m",
          "comment",
          "--comment",
          "pulumi-netns:NatRule:0:p/s/n",
          "-j",
          "MASQUERADE",
        ],
        comment: "pulumi-netns:NatRule:0:p/s/n",
      },
      {
        chain: "PREROUTING",
        words: ["-m", "comment", "--comment", "two words", "-j", "DOCKER"],
        comment: "two words",
      },
      { chain: "OUTPUT", words: ["-j", "DOCKER"], comment: undefined },
    ]);
  });

  it("finds none without an answer", () => expect(parseRules(undefined)).to.deep.equal([]));

  it("removes quotes", () => {
    const printable = fc.string({ minLength: 1 }).filter((text) => !/[\n\r]/.test(text));
    fc.assert(
      fc.property(printable, (comment) => {
        const quoted = `"${comment.replace(/[\\"]/g, "\\$&")}"`;
        const [rule] = parseRules(`-A OUTPUT -m comment --comment ${quoted} -j ACCEPT`);
        expect(rule?.comment).to.equal(comment);
      }),
    );
  });
});
