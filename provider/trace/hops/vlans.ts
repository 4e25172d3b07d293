import type { Fault } from "../fault";
import { faultAt, type Journey } from "../journey";
import type { Port } from "../network/network";
import { endpointsOf, isJoined, portKey, withoutVlans } from "../network/segment";
import { ownerName } from "../owners";

/** Two machines on one Open vSwitch bridge in different VLANs. */
export function apartByVlan(journey: Journey, start: Port, nexthop: string): Fault | undefined {
  const segment = withoutVlans(journey.network, start);
  const holder = endpointsOf(segment).find(
    (port) => portKey(port) !== portKey(start) && port.device.addresses.some(({ ip }) => ip === nexthop),
  );
  const way = holder ? (segment.ways.get(portKey(holder)) ?? []) : [];
  const at = way.findIndex(({ device }, index) => {
    const next = way[index + 1]?.device;
    return (
      device.switched !== undefined &&
      device.switched.bridge === next?.switched?.bridge &&
      !isJoined(device.switched, next.switched)
    );
  });
  const [from, to] = [way[at], way[at + 1]];
  if (!from || !to) return undefined;
  const owner = journey.owners.ofOvsPort(to.device.name) ?? journey.owners.ofOvsPort(from.device.name);
  return faultAt(journey, from.place, {
    cause: "not-attached",
    reason: `on ${from.device.switched?.bridge}, ${placeOf(from, "enters")}, but ${placeOf(to, "leaves")}`,
    fix: `give both ports the same \`tag\`${owner ? `: change ${ownerName(owner)}` : ""}`,
    owner,
  });
}

function placeOf({ device }: Port, direction: "enters" | "leaves"): string {
  const vlan = device.switched?.[direction];
  if (vlan === undefined) return `${device.name} passes only tagged frames`;
  return vlan === 0 ? `${device.name} is in no VLAN` : `${device.name} is in VLAN ${vlan}`;
}
