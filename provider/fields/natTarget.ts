import { Address4, Address6 } from "ip-address";
import { z } from "zod";
import { type Family, familyOf, parseIp } from "../linux/ip";
import { type Ports, parsePorts, printPorts } from "../linux/protocols";
import { network } from "./common";

/** What packets are translated to. Without addresses: a port of the host itself. */
export interface Target {
  /** A whole network: each address becomes the one with the same place in it. */
  readonly network?: { readonly address: string; readonly prefix: number } | undefined;
  /** First and last address; twice the same for one. */
  readonly addresses?: readonly [first: string, last: string] | undefined;
  readonly ports?: Ports | undefined;
}

/** With ports, IPv6 addresses stand in brackets; `[first]-[last]:port` is nft's way to write what is `[first-last]:port` here. */
const FORMS = [
  /^\[(?<addresses>[^\]/]+(?:\]-\[[^\]/]+)?)\](?::(?<ports>.+))?$/,
  /^(?<addresses>\d+\.[\d.]+(?:-[\d.]+)?)(?::(?<ports>.+))?$/,
  /^(?<addresses>[^[\]/]+)$/,
];

/**
 * The parts of `192.168.15.2:80`, `192.168.15.2-192.168.15.9`, `[fd00::2]:8000-8010`, `192.168.15.0/24` or `8080`, in
 * any order of a range.
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

/** A network of one is its address. */
function parseNetwork(text: string): Target | undefined {
  const parsed = parseIp(text);
  if (parsed?.start !== parsed?.address) return undefined;
  if (!parsed || parsed.prefix === parsed.bits)
    return parsed && { addresses: [parsed.address, parsed.address] };
  const { address, prefix } = parsed;
  return { network: { address, prefix }, addresses: rangeOf(address, prefix) };
}

/** The one form of a target. */
export function printTarget({ network, addresses, ports }: Target): string {
  if (network) return `${network.address}/${network.prefix}`;
  const range = addresses && (addresses[0] === addresses[1] ? addresses[0] : addresses.join("-"));
  if (range === undefined) return ports ? printPorts(ports) : "";
  if (ports === undefined) return range;
  return `${familyOf(range) === "ipv6" ? `[${range}]` : range}:${printPorts(ports)}`;
}

/** The family of the address, network or target in a text, if there is one. */
export function familyIn(text: string): Family | undefined {
  const [first] = parseTarget(text)?.addresses ?? [];
  return first === undefined ? parseIp(text.replace(/^!\s*/, ""))?.family : familyOf(first);
}

/** The addresses of a network as a range, which is how nftables lists some ranges. */
export function rangeOf(address: string, prefix: number): readonly [string, string] {
  const cidr = `${address}/${prefix}`;
  const network = familyOf(cidr) === "ipv6" ? new Address6(cidr) : new Address4(cidr);
  return [network.startAddress().correctForm(), network.endAddress().correctForm()];
}

/** What a rule translates to, made its one form. */
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
