import { Namespace } from "../../../../sdk";
import { rowsOf } from "../row";

const sysctls = { "net.ipv4.ip_default_ttl": 70, "net.ipv4.conf.all.rp_filter": 1 };

export const namespaceRows = rowsOf("Namespace", "ns", (name, args) => new Namespace(name, args), [
  ["name", {}, "ip netns del NAME", "create"],
  ["sysctls", { sysctls }, "ip netns exec NAME sysctl -q -w net.ipv4.ip_default_ttl=71", "update"],
  ["loopback", {}, "ip -n NAME link set dev lo down", "update"],
  ["loopback", { loopback: false }, "ip -n NAME link set dev lo up", "update"],
]);
