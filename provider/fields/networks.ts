import { Address4, Address6 } from "ip-address";
import { z } from "zod";
import { type Family, familyOf } from "../linux/ip";
import { isAny, matchedNetwork } from "./nat";

/** First and last address of a range as numbers. */
export type Span = readonly [first: bigint, last: bigint];

const BITS = { ipv4: 32, ipv6: 128 } as const;

/** Returns the fewest networks with the same addresses, sorted, because nftables lists adjacent networks as one. */
export function joined(networks: readonly string[]): string[] {
  const family = familyOf(networks[0] ?? "");
  const spans = networks.map(spanOf).sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
  const merged: Span[] = [];
  for (const [first, last] of spans) {
    const before = merged.at(-1);
    if (before && first <= before[1] + 1n) merged[merged.length - 1] = [before[0], max(before[1], last)];
    else merged.push([first, last]);
  }
  return merged.flatMap((span) => networksIn(span, family));
}

/** Splits a range of addresses into networks. `10.0.0.1` to `10.0.0.2` gives two. */
export const networksOf = (first: string, last: string): string[] =>
  networksIn([toNumber(first), toNumber(last)], familyOf(first));

/** Returns the range of a checked network. An address with a prefix length gives the range of its network. */
export function spanOf(network: string): Span {
  const parsed = parse(network);
  return [parsed.startAddress().bigInt(), parsed.endAddress().bigInt()];
}

function networksIn([first, last]: Span, family: Family): string[] {
  const bits = BITS[family];
  const networks: string[] = [];
  for (let at = first; at <= last; ) {
    let free = 0;
    // As large as its start is aligned, and at most what is left.
    while (free < bits && at % (2n << BigInt(free)) === 0n && at + (2n << BigInt(free)) - 1n <= last) free++;
    networks.push(`${print(at, family)}/${bits - free}`);
    at += 1n << BigInt(free);
  }
  return networks;
}

const parse = (text: string) => (familyOf(text) === "ipv6" ? new Address6(text) : new Address4(text));
export const toNumber = (address: string): bigint => parse(address).bigInt();
const print = (number: bigint, family: Family): string =>
  (family === "ipv6" ? Address6.fromBigInt(number) : Address4.fromBigInt(number)).correctForm();
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** Returns the canonical form of several networks. A single one is not a list. */
export const networkValue = (networks: readonly string[]): string | string[] | undefined =>
  networks.length > 1 ? [...networks] : networks[0];

/** Merges `networks`, which must all start with `!` or none of them. */
export function joinedSigned(networks: readonly string[]): string[] {
  const isNegative = networks[0]?.startsWith("!") === true;
  const plain = joined(networks.map((network) => network.replace(/^!/, "")));
  return isNegative ? plain.map((network) => `!${network}`) : plain;
}

/** Whether an address matches checked `networks`. */
export function fitsAddress(networks: readonly string[], address: string): boolean {
  const isNegative = networks[0]?.startsWith("!") === true;
  const number = toNumber(address);
  const spans = networks.map((network) => spanOf(network.replace(/^!/, "")));
  return spans.some(([first, last]) => first <= number && number <= last) !== isNegative;
}

/** A network that packets match, or a list of them. A leading `!` on each matches everything outside all of them. */
export const matchedNetworks = z
  .union([z.string(), z.array(z.string())], "is neither a network nor a list of networks")
  .transform((given, ctx) => {
    const problems: string[] = [];
    const checked = [given].flat().flatMap((text) => {
      const { data, error } = matchedNetwork.safeParse(text);
      problems.push(...(error?.issues.map(({ message }) => message) ?? []));
      return data === undefined ? [] : [data];
    });
    const problem = problems[0] ?? listProblem(checked);
    if (problem === undefined) return networkValue(joinedSigned(checked)) ?? z.NEVER;
    ctx.addIssue({ code: "custom", message: problem });
    return z.NEVER;
  });

function listProblem(networks: readonly string[]): string | undefined {
  if (networks.length === 0) return "is an empty list: leave it out";
  const any = networks.find((network) => isAny(network));
  if (any !== undefined) return `has ${JSON.stringify(any)}, which is every address: leave it out`;
  const negative = networks.filter((network) => network.startsWith("!"));
  if (negative.length > 0 && negative.length < networks.length)
    return `has networks with and without \`!\`: create one rule for each kind`;
  return new Set(networks.map(familyOf)).size > 1
    ? "has networks of both families: create one rule for each family"
    : undefined;
}
