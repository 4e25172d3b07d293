import { familyOf } from "../../linux/ip";
import { bitsOf, covers, isLastOf, networkOf } from "../../linux/prefix";
import type { Fault } from "../fault";
import { faultAt, type Journey } from "../journey";
import {
  addressName,
  type Device,
  holdersOf,
  type Place,
  portName,
  usableAddresses,
} from "../network/network";
import { ownerName } from "../owners";
import type { Packet } from "../packet";

/** Explains an address that the kernel does not treat as that of a single machine. */
export function specialAddress(
  journey: Journey,
  place: Place,
  type: string | undefined,
  { destination, family }: Packet,
): Fault | undefined {
  if (type !== "broadcast" && type !== "multicast") return undefined;
  const own = usableAddresses(place, family).find(
    ({ address }) => covers(addressName(address), destination) && address.ip !== destination,
  );
  const network = own && networkOf(addressName(own.address));
  const what = type === "multicast" ? "a multicast address" : whatIs(destination, network);
  const holder = holdersOf(journey.network, destination)[0];
  const its = holder?.device.addresses.find(({ ip }) => ip === destination);
  const owner = holder && its && journey.owners.ofAddress(holder, its);
  return faultAt(journey, place, {
    cause: "special-address",
    reason: `${destination} is ${what}, so no single machine answers for it${holder ? `, not even ${portName(holder)}, which has it` : ""}`,
    fix: owner
      ? `change \`address\` of ${ownerName(owner)} to another one in that network`
      : holder
        ? "give that link another address in that network"
        : "use the address of a machine",
    owner,
  });
}

function whatIs(destination: string, network: string | undefined): string {
  if (network === undefined) return "a broadcast address";
  return isLastOf(network, destination)
    ? `the broadcast address of ${network}`
    : `the network address of ${network}, which this kernel treats as a broadcast address`;
}

/** Describes an address that nobody has, if it is a network address. */
export function asNetwork({ addresses }: Device, destination: string): string {
  const network = addresses.map(addressName).map(networkOf);
  const own = network.find((one) => one.startsWith(`${destination}/`) && !isSingle(one));
  return own === undefined ? "" : `, the network address of ${own}`;
}

const isSingle = (network: string): boolean => Number(network.split("/")[1]) === bitsOf(familyOf(network));
