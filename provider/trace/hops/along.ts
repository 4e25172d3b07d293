import { isPlainSwitch, showFlows } from "../../linux/ovs/flows";
import { attemptOne, type Plan, textOf } from "../../linux/plan";
import type { Fault } from "../fault";
import { addRisk, factsOf, faultAt, type Journey, note } from "../journey";
import { isSwitch } from "../network/frames";
import { type Port, portName } from "../network/network";
import { isPassing, portKey, type Segment } from "../network/segment";
import { ownerName } from "../owners";
import type { Packet } from "../packet";
import { ipIn } from "../suggestions";
import { askingAddress, checkDiscovery } from "./discovery";
import { sharedMac } from "./duplicates";
import { checkLearnt, checkNeighbour, type Taking, whyExpected } from "./neighbour";
import { linkDown } from "./noRoute";
import { filterBridged } from "./rules";

/** The place that a packet reaches after it leaves by a link. */
export type Crossing =
  | { readonly to: "place"; readonly port: Port }
  /** A network that trace cannot look into. */
  | { readonly to: "beyond"; readonly port: Port }
  | { readonly to: "nowhere"; readonly fault: Fault };

/** Follows a packet from link to link. Each must be up and pass frames on. */
export function* along(
  journey: Journey,
  segment: Segment,
  start: Port,
  taker: Port,
  nexthop: string,
  packet: Packet,
  taking: Taking,
): Plan<Crossing> {
  const way = segment.ways.get(portKey(taker)) ?? [];
  const facts = yield* factsOf(journey, start.place);
  for (const [at, port] of way.entries()) {
    const [from, to] = [way[at - 1], way[at + 1]];
    const fault =
      (port.device.isUp ? undefined : linkDown(journey, port)) ??
      blockedPort(journey, port, way) ??
      (isSwitch(port.device) && from && to
        ? yield* filterBridged(
            journey,
            port.place,
            { bridge: port.device.name, from: from.device.name, to: to.device.name },
            packet,
          )
        : undefined);
    if (fault) return { to: "nowhere", fault };
  }
  for (const bridge of ovsBridgesOn(way)) yield* checkFlows(journey, bridge);
  const ports = [...segment.ways.values()].flat();
  const fault =
    sharedMac(journey, segment, start, taker) ??
    (yield* checkLearnt(journey, facts, start, taker, nexthop, ports, taking)) ??
    checkNeighbour(journey, facts, start, taker, nexthop, ports, taking) ??
    (taking.by === "entry" ? undefined : yield* checkDiscovery(journey, way, nexthop, packet));
  if (fault) return { to: "nowhere", fault };
  checkMtu(journey, way);
  const { direction } = journey;
  journey.crossings.push({
    ...{ place: start.place, link: start.device.name, nexthop, direction },
    asker: askingAddress(start, packet, nexthop),
    ...{ though: whyExpected(taker, nexthop, taking), isByProxy: taking.by === "proxy" },
  });
  const between = way.slice(1, -1).filter(({ device }) => isSwitch(device));
  const names = [
    ...between.map(portName),
    ...ovsBridgesOn(way.slice(1, -1)).map((name) => `${name} on the host`),
  ];
  const over = names.length > 0 ? ` over ${names.join(", ")}` : "";
  note(
    journey,
    start.place,
    "link",
    `reaches ${portName(taker)}${over} by ${start.device.name}`,
    journey.owners.ofLink(start),
  );
  return { to: "place", port: taker };
}

/** Returns the Open vSwitch bridges on a path. */
const ovsBridgesOn = (way: readonly Port[]): string[] =>
  way.flatMap(({ device }, at) => {
    const bridge = device.switched?.bridge;
    return bridge !== undefined && bridge === way[at + 1]?.device.switched?.bridge ? [bridge] : [];
  });

/** Notes a doubt if a bridge has flows other than those of a learning switch, which may send a frame anywhere. */
function* checkFlows({ doubts }: Journey, bridge: string): Plan<void> {
  const flows = textOf(yield* attemptOne(showFlows(bridge)));
  const doubt = `the host: flows of ${bridge} (\`ovs-ofctl dump-flows ${bridge}\`)`;
  if (!isPlainSwitch(flows) && !doubts.includes(doubt)) doubts.push(doubt);
}

function blockedPort(journey: Journey, port: Port, way: readonly Port[]): Fault | undefined {
  const { place, device } = port;
  if (isPassing(port) || device.portState === undefined) return undefined;
  // The link that is down is a hop of its own: the bridge, or the other end of the cable.
  if (device.portState === "disabled" && way.some((other) => !other.device.isUp)) return undefined;
  return faultAt(journey, place, {
    cause: "port-blocked",
    reason: `${device.name} is a port of ${device.master} in state ${device.portState}`,
    fix: "wait for spanning tree, switch it off, or shorten `forwardDelay` of the Bridge",
    owner: journey.owners.ofLink(port),
  });
}

/** A sender uses the MTU of its own link. A receiver with a smaller MTU drops larger packets silently. */
function checkMtu(journey: Journey, way: readonly Port[]): void {
  const [first, ...rest] = way;
  if (!first) return;
  const narrow = rest.find(({ device }) => device.mtu < first.device.mtu && !isSwitch(device));
  if (!narrow) return;
  const owner = journey.owners.ofLink(narrow);
  addRisk(
    journey,
    faultAt(journey, narrow.place, {
      cause: "mtu",
      effect: "large",
      reason: `${narrow.device.name} accepts packets of up to ${narrow.device.mtu} bytes, but ${portName(first)} sends up to ${first.device.mtu}`,
      fix: `give all links of this Ethernet the same \`mtu\`${owner ? `: change ${ownerName(owner)}` : ""}`,
      code: owner
        ? undefined
        : `${ipIn(narrow.place)} link set dev ${narrow.device.name} mtu ${first.device.mtu}`,
      owner,
    }),
  );
}
