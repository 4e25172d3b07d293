import type { Plan } from "../../linux/plan";
import { mappedInto } from "../../linux/prefix";
import { NFT_FAMILIES } from "../../linux/read/nft/families";
import { lostAccept, restored } from "../drift";
import type { Fault } from "../fault";
import { addRisk, factsOf, faultAt, type Journey, note, passageOf } from "../journey";
import type { Place } from "../network/network";
import { type Owner, ownerName } from "../owners";
import { type Bridged, type Packet, type Passage, printPacket } from "../packet";
import type { Chain, Hook, Rule, Verdict } from "../rules/chain";
import { type Judgement, judge } from "../rules/judge";
import type { Met } from "../rules/run";
import { type Dropped, letThrough } from "./letThrough";

/** The packet after the rules of a hook. */
export type Filtered = { readonly packet: Packet } | { readonly fault: Fault };

/** Judges the rules of a hook and applies a translation. */
export function* filter(
  journey: Journey,
  place: Place,
  hook: Hook,
  packet: Packet,
  links: Pick<Passage, "inInterface" | "outInterface">,
): Plan<Filtered> {
  const { chains } = yield* factsOf(journey, place);
  const families = [NFT_FAMILIES[packet.family], "inet"];
  const passage = passageOf(place, packet, links);
  const judgement = judge(chains, hook, families, passage);
  keepDoubts(journey, place, judgement);
  const fault = faultOf(journey, { place, chains, hook, families, passage }, judgement);
  if (fault && !isOpen(fault)) return { fault };
  if (fault) addRisk(journey, fault);
  const bases = chains.filter(({ base, family }) => base?.hook === hook && families.includes(family));
  if (!fault && hook === "forward" && bases.some(({ base }) => base?.type === "filter"))
    note(journey, place, "rules", `accepts ${printPacket(packet)} in its chains of hook ${hook}`);
  const after = translated(journey, place, hook, packet, passage, judgement);
  return { packet: judgement.untracked ? untracked(journey, place, after, judgement.untracked) : after };
}

function untracked(journey: Journey, place: Place, packet: Packet, { rule }: Met): Packet {
  if (!packet.isReply) journey.untracked.add(place);
  note(
    journey,
    place,
    "rules",
    `excludes ${printPacket(packet)} from connection tracking, so no NAT applies, by the rule \`${rule.text}\`${counted(rule.packets)}`,
    ownerOf(journey, rule),
  );
  return { ...packet, tracking: "off" };
}

/** Judges a packet that crosses a bridge: by bridge filters, and by IP filters if br_netfilter is on. */
export function* filterBridged(
  journey: Journey,
  place: Place,
  bridged: Bridged,
  packet: Packet,
): Plan<Fault | undefined> {
  const { bridge } = bridged;
  const { chains, sysctls } = yield* factsOf(journey, place);
  const key = `net/bridge/bridge-nf-call-${packet.family === "ipv4" ? "iptables" : "ip6tables"}`;
  const asksIp = sysctls.get(key) === "1";
  const families = ["bridge", ...(asksIp ? [NFT_FAMILIES[packet.family], "inet"] : [])];
  const links = { inInterface: bridge, outInterface: bridge, bridged };
  const passage = passageOf(place, packet, links);
  const judgement = judge(chains, "forward", families, passage);
  keepDoubts(journey, place, judgement);
  const fault = faultOf(journey, { place, chains, hook: "forward", families, passage }, judgement);
  if (!fault) return undefined;
  const note = ` (it also applies to packets that cross the bridge ${bridge}, because br_netfilter is on)`;
  const explained =
    judgement.by?.chain.family === "bridge" ? fault : { ...fault, reason: fault.reason + note };
  if (!isOpen(fault)) return explained;
  addRisk(journey, explained);
  return undefined;
}

/** Returns the fault if rules drop neighbour discovery. */
export function discoveryFault(journey: Journey, met: Omit<Dropped, "by">): Fault | undefined {
  const { chains, hook, families, passage } = met;
  const fault = faultOf(journey, met, judge(chains, hook, families, passage));
  if (!fault || !isOpen(fault)) return fault;
  addRisk(journey, fault);
  return undefined;
}

/** Whether packets may pass, so that later hops count as well. */
const isOpen = ({ effect }: Fault): boolean => effect === "doubt";

function keepDoubts(journey: Journey, place: Place, { doubts }: Judgement): void {
  for (const { chain, rule } of doubts)
    journey.doubts.push(`${place.name ?? "the host"}: ${chainName(chain)}: ${rule.text}`);
}

/** `chain FORWARD of iptables (filter)`, `chain inet lab forward` */
const chainName = ({ tool, family, table, name }: Chain): string =>
  tool === "nft" ? `chain ${family} ${table} ${name}` : `chain ${name} of ${tool} (table ${table})`;

const ownerOf = (journey: Journey, rule: Rule | undefined): Owner | undefined =>
  journey.owners.ofMark(rule?.comment);

const counted = (packets: number | undefined): string =>
  packets === undefined ? "" : `, ${packets} packet${packets === 1 ? "" : "s"} so far`;

function faultOf(
  journey: Journey,
  met: Omit<Dropped, "by">,
  { outcome, by, unless }: Judgement,
): Fault | undefined {
  if (outcome === "accept" || !by) return undefined;
  const { place, passage } = met;
  const { chain, rule } = by;
  const owner = ownerOf(journey, rule);
  const verb = outcome === "drop" ? "drops" : "rejects";
  const packet = printPacket(passage.packet);
  const translation = journey.translations.find(
    (one) => one.place === place && one.after.destination === passage.packet.destination,
  );
  const sent =
    translation && journey.direction === "there"
      ? `${translation.by} sends it on to ${translation.after.destination}, but `
      : "";
  const reason = rule
    ? `${sent}${chainName(chain)} ${verb} ${packet} by the rule \`${rule.text}\`${counted(rule.packets)}`
    : `${sent}the policy of ${chainName(chain)} ${verb} ${packet}, because no rule there accepts it${counted(chain.base?.packets)}`;
  const lost = lostAccept(journey, place, met.hook, passage.packet);
  return faultAt(journey, place, {
    ...{ cause: "filter", effect: unless ? "doubt" : "all" },
    reason: unless
      ? `${reason}, unless the rule \`${unless.rule.text}\` accepts it first, which trace cannot tell`
      : reason,
    ...(owner ? { fix: `change ${ownerName(owner)}` } : letThrough({ ...met, by })),
    owner,
    ...(lost && restored(lost)),
  });
}

/** Returns the packet after translation. An answer is translated as its connection demands. */
function translated(
  journey: Journey,
  place: Place,
  hook: Hook,
  packet: Packet,
  passage: Passage,
  { nat }: Judgement,
): Packet {
  if (!nat || packet.isReply) return packet;
  const after = apply(nat.verdict, packet, place, hook, passage);
  if (!after) {
    journey.doubts.push(`${place.name ?? "the host"}: ${chainName(nat.chain)}: ${nat.rule.text}`);
    return packet;
  }
  const owner = ownerOf(journey, nat.rule);
  const by = owner ? ownerName(owner) : `the rule \`${nat.rule.text}\``;
  journey.translations.push({ place, before: packet, after, by, owner });
  note(
    journey,
    place,
    "nat",
    `translates ${printPacket(packet)} into ${printPacket(after)} by ${by}${counted(nat.rule.packets)}`,
    owner,
  );
  return after;
}

function apply(
  verdict: Verdict,
  packet: Packet,
  place: Place,
  hook: Hook,
  { inInterface, outInterface }: Passage,
): Packet | undefined {
  if ("network" in verdict) return mapped(verdict, packet, hook);
  const first = (link: string | undefined): string | undefined =>
    place.devices
      .find(({ name }) => name === link)
      ?.addresses.find(({ family, isGlobal }) => family === packet.family && isGlobal)?.ip;
  switch (verdict.does) {
    case "dnat":
      return verdict.to === undefined && verdict.port === undefined
        ? undefined
        : {
            ...packet,
            destination: verdict.to ?? packet.destination,
            port: portOf(packet, packet.port, verdict.port),
          };
    case "redirect": {
      const own =
        inInterface === undefined ? (packet.family === "ipv4" ? "127.0.0.1" : "::1") : first(inInterface);
      return own === undefined
        ? undefined
        : { ...packet, destination: own, port: portOf(packet, packet.port, verdict.port) };
    }
    case "snat":
      return verdict.to === undefined
        ? undefined
        : { ...packet, source: verdict.to, sourcePort: portOf(packet, packet.sourcePort, verdict.port) };
    case "masquerade": {
      const own = first(outInterface);
      return own === undefined ? undefined : { ...packet, source: own };
    }
    default:
      return undefined;
  }
}

/** Maps from network to network. For a target of iptables, the hook decides which address it maps. */
function mapped(
  { does, network }: Extract<Verdict, { readonly network: string }>,
  packet: Packet,
  hook: Hook,
): Packet | undefined {
  const isDnat = does === "netmap" ? hook === "prerouting" || hook === "output" : does === "dnat";
  const end = isDnat ? "destination" : "source";
  const address = mappedInto(network, packet[end]);
  return address === undefined ? undefined : { ...packet, [end]: address };
}

const portOf = (
  { protocol }: Packet,
  was: number | undefined,
  port: number | undefined,
): number | undefined => (protocol === "icmp" ? undefined : (port ?? was));
