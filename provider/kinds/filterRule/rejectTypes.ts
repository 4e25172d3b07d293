import { REJECTIONS, type Rejection } from "../../fields/filter";
import type { Family } from "../../linux/ip";

/** The replies to a sender, in the words of iptables-extensions(8), which firewalld shares. */
export const REJECTS: Readonly<Record<Family, Readonly<Record<Rejection, string>>>> = {
  ipv4: {
    "port-unreachable": "icmp-port-unreachable",
    "host-unreachable": "icmp-host-unreachable",
    "net-unreachable": "icmp-net-unreachable",
    "admin-prohibited": "icmp-admin-prohibited",
    "tcp-reset": "tcp-reset",
  },
  ipv6: {
    "port-unreachable": "icmp6-port-unreachable",
    "host-unreachable": "icmp6-addr-unreachable",
    "net-unreachable": "icmp6-no-route",
    "admin-prohibited": "icmp6-adm-prohibited",
    "tcp-reset": "tcp-reset",
  },
};

export const rejectionNamed = (name: string | undefined, family: Family): Rejection | undefined =>
  REJECTIONS.find((one) => REJECTS[family][one] === name);
