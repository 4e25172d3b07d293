import { type Command, command } from "../command";

/** OpenFlow versions to request: a bridge may speak only some of them, and `ovs-ofctl` speaks only the first by default. */
const VERSIONS = "OpenFlow10,OpenFlow11,OpenFlow12,OpenFlow13,OpenFlow14,OpenFlow15";

/** Lists the flows of an Open vSwitch bridge. */
export const showFlows = (bridge: string): Command =>
  command("ovs-ofctl", undefined, ["--timeout=10", "-O", VERSIONS, "--no-stats", "--", "dump-flows", bridge]);

/** Whether a bridge with these flows is a plain learning switch, as every new bridge is. */
export const isPlainSwitch = (flows: string | undefined): boolean =>
  (flows ?? "")
    .split("\n")
    .filter((line) => line.includes("actions="))
    .map((line) => line.trim())
    .join("\n") === "priority=0 actions=NORMAL";
