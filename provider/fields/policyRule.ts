import { z } from "zod";
import { type Fwmark, hex, parseFwmark, printFwmark } from "../linux/fwmark";
import { parsePorts, portValue } from "../linux/protocols";
import { integer, network } from "./common";
import { isAny, portsProblem } from "./nat";

/** Fields that match packets in a policy rule. Each reports a problem in terms of the field, with a fix. */

const quote = (value: unknown): string => JSON.stringify(value);

/** The network of the source or destination. */
export const ruledNetwork = network.refine((checked) => !isAny(checked), {
  error: ({ input }) => `is ${quote(input)}, which is every address: leave it out`,
});

/** The kernel refuses port 65535 with `Invalid sport range` (fib_rule_port_range_valid, include/net/fib_rules.h). */
const LAST_PORT = 65534;

/** A port or a range of ports. */
export const ruledPort = z
  .union([z.number(), z.string()], "is neither a port nor a range: create one rule for each port")
  .transform((given, ctx) => {
    const ports = parsePorts(String(given));
    if (ports && ports[0] <= ports[1]) return portValue(ports);
    ctx.addIssue({ code: "custom", message: portsProblem(given, ports, LAST_PORT) });
    return z.NEVER;
  })
  .superRefine((given, ctx) => {
    const [first, last] = parsePorts(String(given)) ?? [0, 0];
    if (last <= LAST_PORT) return;
    const fix = first < LAST_PORT ? `write "${first}-${LAST_PORT}"` : "leave it out";
    const message = `is ${quote(given)}, but the kernel has no rules for ports above ${LAST_PORT}: ${fix}`;
    ctx.addIssue({ code: "custom", message });
  });

/** A packet mark: a number, or a string with a mask after a slash, in canonical form. */
export const fwmark = z
  .union([z.number(), z.string()], "is neither a number nor text")
  .transform((given, ctx) => {
    const mark = parseFwmark(String(given));
    const problem = mark ? maskProblem(mark) : "not a mark such as 16, 0x10 or 0x10/0xff";
    if (mark && problem === undefined) return printFwmark(mark);
    ctx.addIssue({
      code: "custom",
      message: `is ${typeof given === "number" ? given : quote(given)}, ${problem}`,
    });
    return z.NEVER;
  });

function maskProblem({ value, mask }: Fwmark): string | undefined {
  if (mask === 0) return "whose mask selects no bits: leave it out";
  // Bitwise operators return signed numbers.
  return (value & ~mask) === 0
    ? undefined
    : `which no packet has: ${hex(value)} has bits outside of its mask ${hex(mask)}`;
}

/** The users of a rule: one, or the first and last of a range. (uid_t)-1 is not a user. */
const LAST_UID = 0xffff_fffe;

/** The ids of the users whose packets match: a number, or a string for a range. */
export const uidRange = z
  .union([z.number(), z.string()], "is neither a number nor text")
  .transform((given, ctx) => {
    const match = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(String(given));
    const [first, last] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
    if (first <= last && last <= LAST_UID) return printUids([first, last]);
    const is = `is ${typeof given === "number" ? given : quote(given)}`;
    const message =
      first > last
        ? `${is}, which runs backwards: did you mean "${last}-${first}"?`
        : `${is}, not the id of a user or a range such as "1000-1999"`;
    ctx.addIssue({ code: "custom", message });
    return z.NEVER;
  });

/** Formats a range of users in canonical form. */
export const printUids = ([first, last]: readonly [number, number]): number | string =>
  first === last ? first : `${first}-${last}`;

/** The type of service of a packet, without the two ECN bits (RFC 3168). */
export const typeOfService = integer(4, 252).refine((tos) => tos % 4 === 0, {
  error: ({ input }) =>
    `is ${String(input)}, which has bits of ECN (RFC 3168): write a multiple of 4, as 0x10 for low delay`,
});
