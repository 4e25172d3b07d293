import type { Family } from "./ip";
import { isIpv4 } from "./model/nat";
import type { FilterItem } from "./program";

type Args = FilterItem["args"];

/** Sorted by the numbers of RFC 792, RFC 4443 and RFC 4861, as nft lists them. */
export const ICMP_TYPES: Readonly<Record<Family, Readonly<Record<string, number>>>> = {
  ipv4: { "echo-reply": 0, "destination-unreachable": 3, "echo-request": 8, "time-exceeded": 11 },
  ipv6: { "packet-too-big": 2, "echo-request": 128, "nd-neighbor-solicit": 135, "nd-neighbor-advert": 136 },
};

/** In the order in which nft lists them. */
export const STATES = ["invalid", "established", "related", "new", "untracked"] as const;

/** The given family, or that of the first network. */
export function filterFamily({ family, source, destination }: Args): Family {
  const [first] = [source, destination].flat().filter((network) => network !== undefined);
  return family ?? (first === undefined || isIpv4(first) ? "ipv4" : "ipv6");
}

export function filterStands({ args }: FilterItem): boolean {
  const { chain, inInterface, outInterface, source, destination, protocol, port, sourcePort } = args;
  const { icmpType, verdict, rejectWith, logPrefix, logLevel } = args;
  const family = filterFamily(args);
  const isOwn = (network: string | undefined) =>
    network === undefined || isIpv4(network) === (family === "ipv4");
  const hasPort = port !== undefined || sourcePort !== undefined;
  return (
    (inInterface === undefined || chain !== "output") &&
    (outInterface === undefined || chain !== "input") &&
    [source, destination].flat().every(isOwn) &&
    (!hasPort || protocol === "tcp" || protocol === "udp" || protocol === "sctp") &&
    protocol !== (family === "ipv4" ? "icmpv6" : "icmp") &&
    [icmpType]
      .flat()
      .every((type) => type === undefined || (protocol?.startsWith("icmp") && type in ICMP_TYPES[family])) &&
    (verdict === "reject" || rejectWith === undefined) &&
    (verdict === "log" || (logPrefix ?? logLevel) === undefined) &&
    (rejectWith !== "tcp-reset" || protocol === "tcp")
  );
}

/** The engine talks to the provider by TCP on 127.0.0.1 of the host, so a rule that drops those packets would stop both. */
export function letsEngineTalk({ args }: FilterItem): boolean {
  const { namespace, chain, verdict, protocol, inInterface, outInterface, source, destination } = args;
  const link = inInterface ?? outInterface;
  const isNarrow = (networks: string | readonly string[] | undefined) =>
    networks !== undefined && !String(networks).startsWith("!");
  return (
    namespace !== undefined ||
    chain === "forward" ||
    verdict === "accept" ||
    verdict === "log" ||
    filterFamily(args) === "ipv6" ||
    (protocol !== undefined && protocol !== "tcp") ||
    (link !== undefined && !link.startsWith("!")) ||
    isNarrow(source) ||
    isNarrow(destination)
  );
}
