import { expect } from "chai";
import type { z } from "zod";
import { connectionState, icmpTypeOf, logPrefix, matchedIcmpType } from "../../../provider/fields/filter";

function outcome(field: z.ZodType, value: unknown): unknown {
  const result = field.safeParse(value);
  return result.success ? result.data : result.error.issues.map(({ message }) => message).join("; ");
}

const takes =
  "it must have 1 to 29 ASCII characters, without quotes and `\\`, and must not start with `-` or `!`";

describe("fields of filter rules", () => {
  const rows: readonly (readonly [z.ZodType, unknown, unknown])[] = [
    [connectionState, "new", "new"],
    [connectionState, ["related", "established", "related"], ["established", "related"]],
    [connectionState, ["new"], "new"],
    [connectionState, [], "is an empty list: leave it out"],
    [connectionState, "dnat", 'is "dnat", not one of new, established, related, invalid, untracked'],
    [connectionState, ["new", "x"], 'has "x", not one of new, established, related, invalid, untracked'],
    [connectionState, 5, "is neither a connection state nor a list"],
    [matchedIcmpType, ["echo-request", "echo-reply"], ["echo-reply", "echo-request"]],
    [logPrefix, "dropped: ", "dropped: "],
    [logPrefix, "", `is "": ${takes}`],
    [logPrefix, "-j", `is "-j": ${takes}`],
    [logPrefix, 'a"', `is "a\\"": ${takes}`],
    [logPrefix, "a".repeat(30), `is "${"a".repeat(30)}": ${takes}`],
  ];
  for (const [field, given, expected] of rows) {
    it(JSON.stringify(given), () => expect(outcome(field, given)).to.deep.equal(expected));
  }

  it("ICMP types are known by name and by number, each in its family", () => {
    expect([
      icmpTypeOf("echo-request", "ipv4"),
      icmpTypeOf("8", "ipv4"),
      icmpTypeOf(128, "ipv6"),
      icmpTypeOf(128, "ipv4"),
      icmpTypeOf("3/1", "ipv4"),
    ]).to.deep.equal(["echo-request", "echo-request", "echo-request", undefined, undefined]);
  });
});
