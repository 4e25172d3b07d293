import { Address4, Address6 } from "ip-address";
import { type Ip, parseIp } from "../linux/ip";
import { broadcastOf } from "../linux/prefix";
import { interfaceAddress, ipAddress } from "./common";

/**
 * Addresses that no host can have. The kernel accepts some of them without an error, and then sends or answers nothing.
 * 240.0.0.0/4 is not included, because Linux treats it like any other range.
 */
const IMPOSSIBLE: readonly (readonly [network: string, what: string])[] = [
  ["0.0.0.0/32", "the unspecified one"],
  ["0.0.0.0/8", "one of 0.0.0.0/8, which no packet is routed to (RFC 1122)"],
  ["224.0.0.0/4", "a multicast one"],
  ["255.255.255.255/32", "the broadcast address of every link"],
  ["::/128", "the unspecified one"],
  ["ff00::/8", "a multicast one"],
];

const LOOPBACK = /^127\.|^::1$/;

const parsed = (text: string) => (text.includes(":") ? new Address6(text) : new Address4(text));

const SPANS = IMPOSSIBLE.map(([network, what]) => {
  const range = parsed(network);
  const isV6 = network.includes(":");
  return { isV6, first: range.startAddress().bigInt(), last: range.endAddress().bigInt(), what };
});

/** Why a range of checked addresses contains one that no host can have. */
export function rangeProblem(first: string, last: string = first): string | undefined {
  const [from, to, isV6] = [parsed(first).bigInt(), parsed(last).bigInt(), first.includes(":")];
  const span = SPANS.find((one) => one.isV6 === isV6 && from <= one.last && one.first <= to);
  if (!span) return undefined;
  return first === last
    ? `which is not the address of one machine, but ${span.what}: name a machine`
    : `which is not a range of machines, because it contains ${span.what}: name machines only`;
}

/** Why a checked address cannot belong to a host. */
export const machineProblem = (address: string): string | undefined => rangeProblem(address);

/** Why a checked address cannot be a gateway. */
export const gatewayProblem = (address: string): string | undefined =>
  LOOPBACK.test(address)
    ? "which every machine has: name an address at which others reach the gateway"
    : machineProblem(address);

/**
 * Why an address cannot belong to a host in the network of its prefix. Networks of one or two addresses (RFC 3021, RFC 6164)
 * have neither a network address nor a broadcast address.
 */
function prefixProblem({ family, address, start, prefix, bits }: Ip): string | undefined {
  const isTooSmall = bits - prefix < 2;
  if (isTooSmall) return undefined;
  if (address === start) {
    const what =
      family === "ipv4"
        ? "the address of the network itself"
        : "the one that all routers answer to (RFC 4291)";
    return `which is ${what}: ${choice(start, prefix, bits)}`;
  }
  return address === broadcastOf(`${start}/${prefix}`)
    ? `which is the broadcast address of its network: ${choice(start, prefix, bits)}`
    : undefined;
}

/** Suggests valid addresses of the network. */
function choice(start: string, prefix: number, bits: 32 | 128): string {
  const network = parsed(`${start}/${prefix}`);
  const first = network.startAddressExclusive().correctForm();
  const last = bits === 32 ? network.endAddressExclusive().correctForm() : network.endAddress().correctForm();
  return `choose one from ${first} to ${last}`;
}

/** The address of one host, without a prefix length. */
export const machineIp = ipAddress.superRefine((address, ctx) => {
  const problem = machineProblem(address);
  if (problem) ctx.addIssue({ code: "custom", message: `is ${address}, ${problem}` });
});

/** The address of one host with the prefix length of its network. */
export const machineAddress = interfaceAddress.superRefine((text, ctx) => {
  const ip = parseIp(text);
  const problem = ip && (machineProblem(ip.address) ?? prefixProblem(ip));
  if (problem) ctx.addIssue({ code: "custom", message: `is ${text}, ${problem}` });
});
