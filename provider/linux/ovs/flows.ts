import { type Command, command } from "../command";

/** Versions of OpenFlow: a bridge may speak only some of them, and `ovs-ofctl` speaks only the first unless it is told. */
const VERSIONS = "OpenFlow10,OpenFlow11,OpenFlow12,OpenFlow13,OpenFlow14,OpenFlow15";

/** The flows of a bridge of Open vSwitch, which say what it does with a frame. */
export const showFlows = (bridge: string): Command =>
  command("ovs-ofctl", undefined, ["--timeout=10", "-O", VERSIONS, "--no-stats", "--", "dump-flows", bridge]);

/** Whether a bridge with these flows is a learning switch and nothing else, as each new bridge is. */
export const isPlainSwitch = (flows: string | undefined): boolean =>
  (flows ?? "")
    .split("\n")
    .filter((line) => line.includes("actions="))
    .map((line) => line.trim())
    .join("\n") === "priority=0 actions=NORMAL";
