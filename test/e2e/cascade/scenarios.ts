import type { Names, Part } from "./network";

/** A replaced resource and all its dependents. */
export interface Scenario {
  readonly edit: Partial<Names>;
  /** The resource that the edit replaces. */
  readonly owner: Part;
  /** The resources replaced with it: the kernel deletes them with the owner, or they would be half-wired. */
  readonly hanging: readonly Part[];
  /** The resources that only get another value. */
  readonly updated?: readonly Part[];
  /** The resources that refer to an output unknown at preview, which may therefore change. */
  readonly unsure?: readonly Part[];
}

/** The dependents of either end of the cable. A route is replaced with every address that it may need. */
const onCable: readonly Part[] = [
  ...(["end-ip", "far-ip", "end-neighbor", "far-neighbor"] as const),
  ...(["end-sysctl", "far-sysctl", "via", "far-via"] as const),
];
const onPort: readonly Part[] = ["far-port-ip", "far-via"];
const onBridge: readonly Part[] = [
  "port",
  ...onPort,
  "bridge-ip",
  "bridge-neighbor",
  "bridge-sysctl",
  "on-link",
  "via",
  "localnet",
];

/** The objects that the kernel deletes with the cable when a person deletes one end. */
export const cableAndAll: readonly Part[] = ["cable", ...onCable];

export const scenarios: Readonly<Record<string, Scenario>> = {
  "a namespace is renamed": {
    edit: { near: "renamed" },
    owner: "near",
    hanging: [
      ...(["bridge", "cable", "drop", "policy", "ttl", "nftables", "iptables", "filter"] as const),
      ...onBridge,
      ...onCable,
    ],
  },
  "a bridge is renamed": { edit: { bridge: "br7" }, owner: "bridge", hanging: onBridge },
  "an end of a cable is renamed": { edit: { end: "eth7" }, owner: "cable", hanging: [...onCable, "on-link"] },
  "an end of a cable is moved": { edit: { home: "third" }, owner: "cable", hanging: onCable },
  "an address is changed": {
    edit: { ip: "10.0.0.7" },
    owner: "end-ip",
    hanging: ["via", "on-link", "end-neighbor"],
    updated: ["far-via"],
    unsure: ["far-via"],
  },
};
