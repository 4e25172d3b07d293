import { Address4, Address6 } from "ip-address";
import { z } from "zod";
import { type Family, familyOf, parseIp } from "../linux/ip";
import { type Ports, parsePorts, printPorts } from "../linux/protocols";
import { network } from "./common";

/** The target of a translation. Without addresses it is a port of the host itself. */
export interface Target {
  /** A whole network, which maps each address to the one at the same position. */
  readonly network?: { readonly address: string; readonly prefix: number } | undefined;
  /** First and last address, equal for a single address. */
  readonly addresses?: readonly [first: string, last: string] | undefined;
  readonly ports?: Ports | undefined;
}

/** IPv6 addresses with ports are in brackets. nft writes `[first]-[last]:port` for `[first-last]:port`. */
const FORMS = [
  /^\[(?<addresses>[^\]/]+(?:\]-\[[^\]/]+)?)\](?::(?<ports>.+))?$/,
  /^(?<addresses>\d+\.[\d.]+(?:-[\d.]+)?)(?::(?<ports>.+))?$/,
  /^(?<addresses>[^[\]/]+)$/,
];

/**
 * Parses `192.168.15.2:80`, `192.168.15.2-192.168.15.9`, `[fd00::2]:8000-8010`, `192.168.15.0/24` or `8080`, with the ends
 * of a range in either order.
 */
export function parseTarget(text: string): Target | undefined {
  const alone = parsePorts(text);
  if (alone) return { ports: alone };
  if (text.includes("/")) return parseNetwork(text);
  const parts = FORMS.map((form) => form.exec(text)).find((match) => match !== null)?.groups;
  const ends = (parts?.["addresses"] ?? "").replace("]-[", "-").split("-");
  const [first, last = first] = ends.map(parseIp);
  if (!first || !last || ends.length > 2 || first.family !== last.family) return undefined;
  const target = { addresses: [first.address, last.address] as const };
  if (parts?.["ports"] === undefined) return target;
  const ports = parsePorts(parts["ports"]);
  return ports && { ...target, ports };
}

/** Turns a network of one into its address. */
function parseNetwork(text: string): Target | undefined {
  const parsed = parseIp(text);
  if (parsed?.start !== parsed?.address) return undefined;
  if (!parsed || parsed.prefix === parsed.bits)
    return parsed && { addresses: [parsed.address, parsed.address] };
  const { address, prefix } = parsed;
  return { network: { address, prefix }, addresses: rangeOf(address, prefix) };
}

/** Formats a target in canonical form. */
export function printTarget({ network, addresses, ports }: Target): string {
  if (network) return `${network.address}/${network.prefix}`;
  const range = addresses && (addresses[0] === addresses[1] ? addresses[0] : addresses.join("-"));
  if (range === undefined) return ports ? printPorts(ports) : "";
  if (ports === undefined) return range;
  return `${familyOf(range) === "ipv6" ? `[${range}]` : range}:${printPorts(ports)}`;
}

/** Returns the family of an address, network or target, if it has one. */
export function familyIn(text: string): Family | undefined {
  const [first] = parseTarget(text)?.addresses ?? [];
  return first === undefined ? parseIp(text.replace(/^!\s*/, ""))?.family : familyOf(first);
}

/** Returns a network as a range, which is how nftables lists some ranges. */
export function rangeOf(address: string, prefix: number): readonly [string, string] {
  const cidr = `${address}/${prefix}`;
  const network = familyOf(cidr) === "ipv6" ? new Address6(cidr) : new Address4(cidr);
  return [network.startAddress().correctForm(), network.endAddress().correctForm()];
}

/** The target of a translation, in canonical form. */
export const natTarget = z
  .union([z.string(), z.number()], "is neither text nor a number")
  .transform((value, ctx) => {
    const target = parseTarget(String(value));
    const printed = target && printTarget(target);
    const ordered = target && printTarget(inOrder(target));
    if (printed !== undefined && printed === ordered) return printed;
    ctx.addIssue({ code: "custom", message: `is ${JSON.stringify(value)}, ${problem(value, ordered)}` });
    return z.NEVER;
  });

function problem(value: string | number, ordered: string | undefined): string {
  if (ordered !== undefined) return `which runs backwards: did you mean ${JSON.stringify(ordered)}?`;
  const { error } = network.safeParse(value);
  const isBeyond = String(value).includes("/") && error?.issues[0]?.message.includes("bits beyond");
  if (isBeyond)
    return "which has bits beyond its prefix: write one address, or a whole network such as 192.168.15.0/24";
  return "not an address, range or port such as 192.168.15.2:80, [fd00::2]:80, 192.168.15.2-192.168.15.9 or 8080";
}

const toNumber = (address: string): bigint =>
  (familyOf(address) === "ipv6" ? new Address6(address) : new Address4(address)).bigInt();

function inOrder(target: Target): Target {
  const { addresses: [first, last] = [], ports } = target;
  return {
    ...target,
    ...(first && last && toNumber(first) > toNumber(last) && { addresses: [last, first] }),
    ...(ports && ports[0] > ports[1] && { ports: [ports[1], ports[0]] }),
  };
}
