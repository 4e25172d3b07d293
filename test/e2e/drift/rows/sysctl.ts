import { Namespace, Sysctl } from "../../../../sdk";
import { rowsOf } from "../row";

const ROOM = "parameters";

export const parameters = () => new Namespace(ROOM);

const declare = (name: string, args: object) =>
  new Sysctl(name, { key: "net.ipv4.ip_default_ttl", value: 70, ...args });

export const sysctlRows = rowsOf("Sysctl", "sysctl", declare, [
  ["value", {}, "sysctl -q -w net.ipv4.ip_default_ttl=71", "update"],
  ["value", { namespace: ROOM }, `ip netns exec ${ROOM} sysctl -q -w net.ipv4.ip_default_ttl=71`, "update"],
]);
