import { Bridge, Namespace } from "../../../../sdk";
import { ELSEWHERE, rowsOf } from "../row";

const ROOM = "switches";

export const switches = () => new Namespace(ROOM);

const declare = (name: string, args: object) => new Bridge(name, { namespace: ROOM, ...args });

const set = `ip -n ${ROOM} link set dev NAME`;

export const bridgeRows = rowsOf("Bridge", "bridge", declare, [
  ["name", {}, `${set} down; ${set} name renamed`, "create", { tidy: `ip -n ${ROOM} link del dev renamed` }],
  [
    "namespace",
    {},
    `ip -n ${ROOM} link del dev NAME; ip -n ${ELSEWHERE} link add name NAME type bridge`,
    "create",
    { tidy: `ip -n ${ELSEWHERE} link del dev NAME` },
  ],
  ["mac", {}, `${set} address 02:00:00:00:00:01`, "update"],
  ["mtu", { mtu: 1400 }, `${set} mtu 1300`, "update"],
  ["stp", {}, `${set} type bridge stp_state 1`, "update"],
  ["forwardDelay", {}, `${set} type bridge forward_delay 400`, "update"],
  ["ageingTime", { ageingTime: 60 }, `${set} type bridge ageing_time 30000`, "update"],
  ["vlanFiltering", {}, `${set} type bridge vlan_filtering 1`, "update"],
  ["groupFwdMask", {}, `${set} type bridge group_fwd_mask 16384`, "update"],
  ["up", {}, `${set} down`, "update"],
  ["up", { up: false }, `${set} up`, "update"],
]);
