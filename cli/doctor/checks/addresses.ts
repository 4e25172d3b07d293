import { covers, networkOf } from "../../../provider/linux/prefix";
import { addressName, type Place, placeName, usableAddresses } from "../../../provider/trace/network/network";
import type { OddName } from "../facts";
import type { Check, Finding } from "../finding";

/** Finds overlapping networks, and names without a namespace. */
export const addresses: Check = {
  title: "Addresses and namespaces",
  run({ network, oddNames }) {
    const overlaps = network.flatMap(overlapsIn);
    const namespaces = network.filter(({ name }) => name !== undefined).length;
    return [
      { level: "ok", subject: "namespaces", text: `${namespaces} with a name` },
      ...oddNames.map(odd),
      ...(overlaps.length > 0
        ? overlaps
        : [{ level: "ok" as const, subject: "subnets", text: "no two links of a place overlap" }]),
    ];
  },
};

const WHAT: Readonly<Record<OddName["is"], string>> = {
  file: "is a file, not a namespace; a reboot or a crash left it",
  dangling: "is a dangling link: the container with that namespace has ended",
  host: "leads to the network of the host: changes for a namespace would affect the host",
  twin: "is the same namespace as",
};

function odd({ name, is, other }: OddName): Finding {
  const text = `/run/netns/${name} ${WHAT[is]}${other === undefined ? "" : ` /run/netns/${other}`}`;
  const finding = { level: "warning", subject: "namespaces", text } as const;
  return is === "twin"
    ? { ...finding, fix: "use one of the two names in a program" }
    : { ...finding, fix: "remove the name", code: [`rm /run/netns/${name}`] };
}

/** Two links of a place in the same network. The kernel always sends by the same one. */
function overlapsIn(place: Place): Finding[] {
  const all = (["ipv4", "ipv6"] as const)
    .flatMap((family) => usableAddresses(place, family))
    .filter(
      ({ address, device }) =>
        address.prefix < (address.family === "ipv4" ? 32 : 128) && device.kind !== "loopback",
    );
  return all.flatMap((one, at) =>
    all.slice(at + 1).flatMap((other): Finding[] => {
      if (one.device === other.device) return [];
      const [first, second] = [one, other].map(({ address }) => networkOf(addressName(address)));
      if (first === undefined || second === undefined) return [];
      const isShared = covers(first, other.address.ip) || covers(second, one.address.ip);
      if (!isShared) return [];
      return [
        {
          level: "warning",
          subject: "subnets",
          text: `${first} of ${one.device.name} and ${second} of ${other.device.name} overlap in ${placeName(place.name)}`,
          fix: "give one of the two another network, or put it into a namespace of its own",
        },
      ];
    }),
  );
}
