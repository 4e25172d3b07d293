import { Bridge, Namespace, VethPair } from "../../../../sdk";
import { type Brief, ELSEWHERE, rowsOf } from "../row";

const ROOM = "cables";

/** Ends are named `veth-0` and `veth-0-peer`, both in one namespace. */
const declare = (name: string, { end = {}, peer = {} }: { end?: object; peer?: object }) =>
  new VethPair(name, {
    end: { namespace: ROOM, ...end },
    peer: { name: `${name}-peer`, namespace: ROOM, ...peer },
  });

const rowsOfEnd = (side: "end" | "peer", link: string): Brief[] => {
  const set = `ip -n ${ROOM} link set dev ${link}`;
  return [
    [`${side}.name`, {}, `${set} down; ${set} name other-#`, "replace"],
    // Its own namespace lacks it, wherever it moved.
    [`${side}.namespace`, {}, `${set} netns ${ELSEWHERE}`, "replace", { shownAs: `${side}.name` }],
    [`${side}.bridge`, { [side]: { bridge: "one" } }, `${set} nomaster`, "update"],
    [`${side}.bridge`, { [side]: { bridge: "one" } }, `${set} master other`, "update"],
    [`${side}.bridge`, {}, `${set} master other`, "update"],
    [`${side}.mac`, {}, `${set} address 02:00:00:00:00:01`, "update"],
    [`${side}.mtu`, {}, `${set} mtu 1300`, "update"],
    [`${side}.up`, {}, `${set} down`, "update"],
  ];
};

export const cables = () => {
  new Namespace(ROOM);
  // With its own MTU, as a bridge otherwise follows its ports.
  for (const name of ["one", "other"]) new Bridge(name, { namespace: ROOM, mtu: 1500 });
};

export const vethPairRows = rowsOf("VethPair", "veth", declare, [
  ...rowsOfEnd("end", "NAME"),
  ...rowsOfEnd("peer", "NAME-peer"),
]);
