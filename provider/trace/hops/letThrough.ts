import { NFT_FAMILIES } from "../../linux/read/nft/families";
import type { Fault } from "../fault";
import { type Place, portsOf } from "../network/network";
import type { Passage } from "../packet";
import type { Chain, Hook, Rule } from "../rules/chain";
import { judge } from "../rules/judge";
import { execIn, inPlace, linesOf } from "../suggestions";

/** A packet that a chain drops. */
export interface Dropped {
  readonly place: Place;
  readonly chains: readonly Chain[];
  readonly hook: Hook;
  /** The families of chains that see it. */
  readonly families: readonly string[];
  readonly passage: Passage;
  /** The rule that drops it, or the chain whose policy does. */
  readonly by: { readonly chain: Chain; readonly rule?: Rule };
}

type Fix = Pick<Fault, "fix" | "code">;

/** Returns the fix that accepts a packet. The maker of the chain decides where the exception goes. */
export function letThrough(dropped: Dropped): Fix {
  const { place, passage, by } = dropped;
  const { chain } = by;
  const inside = portsOf(place).find(({ device }) => device.name === insideOf(passage));
  if (chain.table === "firewalld" && inside)
    return {
      fix: `put ${inside.device.name} into firewalld's zone trusted, or let a FilterRule with backend firewalld accept the packet`,
      // The first line works at once, the second after a reload.
      code: ["", "--permanent "]
        .map((option) => `firewall-cmd ${option}--zone=trusted --change-interface=${inside.device.name}`)
        .join("\n"),
    };
  if (chain.tool === "nft")
    return {
      fix: exception(`accept ${whatIs(passage)} ${by.rule ? "before it" : "there"}`, by),
      code: `${execIn(place)}nft insert rule ${chain.family} ${chain.table} ${chain.name} ${nftWords(passage)} accept`,
    };
  // A FilterRule goes into the table `filter` of the `iptables` in that place.
  return chain.tool === "iptables" && chain.table === "filter" ? byResource(dropped) : byHand(dropped);
}

const exception = (how: string, { rule }: Dropped["by"]): string =>
  `${rule ? "remove the rule, or " : ""}${how}: an accept in another table does not overrule it`;

const insideOf = ({ packet, bridged, inInterface, outInterface }: Passage): string | undefined => {
  if (bridged) return bridged.bridge;
  return packet.isReply ? (outInterface ?? inInterface) : (inInterface ?? outInterface);
};

function byResource(dropped: Dropped): Fix {
  const { place, hook, passage, by } = dropped;
  const isDocker = helpsInDocker(dropped);
  const where = isDocker ? "in Docker's chain for exceptions, DOCKER-USER" : by.rule ? "before it" : "there";
  return {
    fix: exception(
      `let a FilterRule with backend iptables${isDocker ? " and dockerUser" : ""} accept ${whatIs(passage)} ${where}`,
      by,
    ),
    code: `new FilterRule("…", { ${inPlace(place)}chain: "${hook}", backend: "iptables", ${isDocker ? "dockerUser: true, " : ""}${argumentsOf(passage)}, verdict: "accept" });`,
  };
}

const DOCKER = "DOCKER-USER";

const ACCEPT: Rule = { text: "-j ACCEPT", judge: () => ({ does: "accept" }) };

const dockerChain = ({ chains, by: { chain } }: Dropped): Chain | undefined =>
  chains.find(
    ({ tool, family, table, name }) =>
      name === DOCKER && tool === chain.tool && family === chain.family && table === chain.table,
  );

/** Whether an accept in Docker's chain precedes the drop. */
function helpsInDocker(dropped: Dropped): boolean {
  const { chains, hook, families, passage, by } = dropped;
  const docker = dockerChain(dropped);
  if (!docker) return false;
  const open = { ...docker, rules: [ACCEPT, ...docker.rules] };
  const others = chains.map((chain) => (chain === docker ? open : chain));
  const { by: then } = judge(others, hook, families, passage);
  return then?.chain !== by.chain || then.rule !== by.rule;
}

/** Returns the arguments of a FilterRule that matches such packets. */
function argumentsOf({ packet, bridged }: Passage): string {
  const { family, protocol, source, destination, port, isReply, discovery, tracking } = packet;
  if (discovery)
    return 'family: "ipv6", protocol: "icmpv6", icmpType: ["nd-neighbor-solicit", "nd-neighbor-advert"]';
  const isSix = family === "ipv6";
  const words = bridged
    ? [isSix && 'family: "ipv6"', `inInterface: "${bridged.bridge}"`, `outInterface: "${bridged.bridge}"`]
    : [
        `source: "${source}"`,
        `destination: "${destination}"`,
        `protocol: "${isSix && protocol === "icmp" ? "icmpv6" : protocol}"`,
        // An answer of an untracked connection is not in state `established`.
        isReply ? tracking === undefined && 'state: "established"' : port !== undefined && `port: ${port}`,
      ];
  return words.filter((word) => word !== false).join(", ");
}

/** Inserts into the built-in chain, which precedes all chains that it calls. */
function byHand(dropped: Dropped): Fix {
  const { place, hook, passage, by } = dropped;
  const { tool, family, table } = by.chain;
  const six = family === "ip6" ? "6" : "";
  const program = tool === "iptables-legacy" ? `ip${six}tables-legacy` : `ip${six}tables`;
  const isDocker = helpsInDocker(dropped);
  const into = isDocker ? DOCKER : hook.toUpperCase();
  const where = isDocker ? `in Docker's chain for exceptions, ${DOCKER}` : by.rule ? "before it" : "there";
  return {
    fix: exception(`accept ${whatIs(passage)} ${where}`, by),
    code: linesOf(
      ...iptablesWords(passage).map(
        (words) =>
          `${execIn(place)}${program} ${table === "filter" ? "" : `-t ${table} `}-I ${into} ${words} -j ACCEPT`,
      ),
    ),
  };
}

function iptablesWords({ packet, bridged }: Passage): string[] {
  if (packet.discovery)
    return ["solicitation", "advertisement"].map((type) => `-p icmpv6 --icmpv6-type neighbour-${type}`);
  return [bridged ? "-m physdev --physdev-is-bridged" : `-s ${packet.source} -d ${packet.destination}`];
}

/** Returns the packet for a sentence. Neighbour discovery needs both directions. */
const whatIs = ({ packet: { discovery, family } }: Passage): string => {
  if (!discovery) return "the packet";
  return family === "ipv4" ? "ARP" : "neighbour discovery (ICMPv6)";
};

function nftWords({ packet }: Passage): string {
  if (packet.discovery)
    return packet.family === "ipv4"
      ? "arp operation { request, reply }"
      : "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert }";
  const family = NFT_FAMILIES[packet.family];
  return `${family} saddr ${packet.source} ${family} daddr ${packet.destination}`;
}
