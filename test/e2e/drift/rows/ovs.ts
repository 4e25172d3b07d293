import { OvsBridge, OvsPort, VethPair } from "../../../../sdk";
import { ovsVsctl } from "../../../support/ovs";
import { type Row, rowsOf } from "../row";

const LAN = "ovs-lan";

const netdev = (name: string, args: object = {}) => new OvsBridge(name, { datapathType: "netdev", ...args });

export const ovsSwitch = () => netdev(LAN);

const set = "ovs-vsctl set Bridge NAME";

const ovsBridgeRows = rowsOf("OvsBridge", "ovs", netdev, [
  ["name", {}, "ovs-vsctl del-br NAME", "create"],
  ["mac", {}, `${set} other_config:hwaddr="02:00:00:00:00:01"`, "update"],
  ["mtu", { mtu: 1400 }, "ovs-vsctl set Interface NAME mtu_request=1300", "update"],
  ["failMode", {}, `${set} fail_mode=secure`, "update"],
  ["stp", {}, `${set} stp_enable=true`, "update"],
  ["rstp", { rstp: true }, `${set} rstp_enable=false`, "update"],
  ["up", {}, "ip link set dev NAME down", "update"],
  ["up", { up: false }, "ip link set dev NAME up", "update"],
]);

/** Each is the end of its own cable. */
function port(name: string, args: object) {
  const { end } = new VethPair(`${name}-cable`, { end: { name }, peer: { name: `${name}-far` } });
  return new OvsPort(name, { bridge: LAN, interface: end, ...args });
}

const setPort = "ovs-vsctl set Port NAME";

const ovsPortRows = rowsOf("OvsPort", "port", port, [
  ["interface", {}, "ovs-vsctl del-port NAME", "create"],
  ["tag", { tag: 10 }, `${setPort} tag=11`, "update"],
  ["trunks", { trunks: [10] }, `${setPort} trunks=[20]`, "update"],
  ["vlanMode", {}, `${setPort} vlan_mode=dot1q-tunnel`, "update"],
]);

const moved: Row = {
  ...{ kind: "OvsPort", path: "bridge", name: "port-moved", effect: "replace" },
  declare: () => port("port-moved", {}),
  // With its mark, which a plain move of the link loses.
  async byHand() {
    const ids = await ovsVsctl("get", "Port", "port-moved", "external_ids");
    await ovsVsctl("add-br", "ovs-other", "--", "set", "Bridge", "ovs-other", "datapath_type=netdev");
    await ovsVsctl("del-port", "port-moved");
    await ovsVsctl(
      ...["add-port", "ovs-other", "port-moved"],
      ...["--", "set", "Port", "port-moved", "vlan_mode=trunk", `external_ids=${ids}`],
    );
  },
  tidy: () => ovsVsctl("del-br", "ovs-other"),
};

export const ovsRows: readonly Row[] = [...ovsBridgeRows, ...ovsPortRows, moved];
