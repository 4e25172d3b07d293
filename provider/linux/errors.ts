import { type Command, printCommand } from "./command";

/**
 * Why a command failed, recognised once and here:
 * - `NotFound`: what it was about does not exist; the only reason that means "absent".
 * - `AlreadyExists`: something has that name, address or destination already.
 * - `InUse`: the kernel refuses while something else holds it.
 * - `HostItself`: the name of a namespace leads to the network that this process is in.
 * - `NotPermitted`: not root, or a sandbox without the right.
 * - `Unsupported`: this kernel or tool lacks the feature.
 * - `Unreachable`: a gateway that no connected network covers.
 * - `NoSource`: the source address of a route is on no link.
 * - `LinkDown`: the link that packets should leave by is down.
 * - `ToolMissing`: the program is not installed.
 * - `NotRunning`: the program is there, the service that it speaks to does not run.
 * - `Raced`: what it was at was removed by something else at the same moment; the same once more may do.
 * - `Timeout`: it did not end in time and was killed.
 * - `Failed`: anything else.
 */
export type Reason =
  | "NotFound"
  | "AlreadyExists"
  | "InUse"
  | "HostItself"
  | "NotPermitted"
  | "Unsupported"
  | "Unreachable"
  | "NoSource"
  | "LinkDown"
  | "ToolMissing"
  | "NotRunning"
  | "Raced"
  | "Timeout"
  | "Failed";

/**
 * Messages of iproute2 6.1, nft 1.0.6, iptables 1.8.9, firewalld 1.3, Open vSwitch 3.1, conntrack 1.4 and procps 4 under
 * `LC_ALL=C`. One cause has several messages, and exit codes do not distinguish causes. The first match wins.
 */
const MESSAGES: readonly (readonly [RegExp, Reason])[] = [
  // `ip netns exec` and `flock` report a missing program in words that otherwise mean a missing object.
  [/exec of ".*" failed: No such file|failed to execute .*: No such file/, "ToolMissing"],
  // firewalld, or the D-Bus that it uses, is not running.
  [/FirewallD is not running|DBUS_ERROR: Failed to connect to socket/, "NotRunning"],
  // ovsdb-server is not running, or ovs-vswitchd is not and the command waited for it.
  [/database connection failed|terminating with signal 14 \(Alarm clock\)/, "NotRunning"],
  [/Cannot open network namespace ".*": No such file or directory/, "NotFound"],
  // A plain file in /run/netns, left by a reboot or an interrupted `ip netns add`, is a name without a namespace.
  [/setting the network namespace ".*" failed: Invalid argument/, "NotFound"],
  [/Invalid "netns" value|Peer netns reference is invalid/, "NotFound"],
  [/Device ".*" does not exist/, "NotFound"],
  [/Cannot find device|No such device/, "NotFound"],
  [/No such process/, "NotFound"],
  [/address not found|Cannot assign requested address/i, "NotFound"],
  [/No such file or directory|does not exist/, "NotFound"],
  [/Bad rule \(does a matching rule exist|No chain\/target\/match by that name/, "NotFound"],
  [/FIB table does not exist/, "NotFound"],
  [/ 0 flow entries have been deleted/, "NotFound"],
  [/Error: INVALID_(POLICY|IPSET)/, "NotFound"],
  [/ovs-vsctl: no (bridge|port|row) /, "NotFound"],
  // The connection ended, or another process deleted it, between look and deletion. `conntrack` then skips all following
  // connections.
  [/such conntrack doesn't exist/, "Raced"],
  [/File exists|address already assigned/i, "AlreadyExists"],
  [/Error: NAME_CONFLICT/, "AlreadyExists"],
  [/ovs-vsctl: cannot create a .* already exists/, "AlreadyExists"],
  [/Device or resource busy/, "InUse"],
  [/IPv6 is disabled on/, "Unsupported"],
  [/Operation not permitted|Permission denied|you must be root/i, "NotPermitted"],
  // nft has added expressions to this table that iptables does not support.
  [/is incompatible, use 'nft' tool/, "Unsupported"],
  [/Unknown device type|Operation not supported|Protocol not supported|not compiled in/, "Unsupported"],
  [/Network is down|[Dd]evice (for nexthop )?is not up/, "LinkDown"],
  [/Invalid (prefsrc|source) address/, "NoSource"],
  [/Nexthop has invalid gateway|Network is unreachable|No route to host/, "Unreachable"],
];

/** Classifies a tool's message. */
export const reasonOf = (stderr: string): Reason =>
  MESSAGES.find(([pattern]) => pattern.test(stderr))?.[1] ?? "Failed";

const LEADS: Readonly<Record<Reason, string>> = {
  NotFound: "not found",
  AlreadyExists: "exists already",
  InUse: "in use",
  HostItself: "refused, as the namespace is the host's own network",
  NotPermitted: "not permitted: run as root, or inside `pulumi-netns sandbox`",
  Unsupported: "not supported, or switched off, here",
  Unreachable:
    "the gateway is not on a connected network: give the interface an address that covers it first",
  NoSource: "the source address is on no link here: give a link that address first",
  LinkDown: "the link is down: a route needs one that is up",
  ToolMissing: "program not installed",
  NotRunning: "its service does not run: start it first",
  Raced: "something else kept changing it meanwhile",
  Timeout: "no answer in time",
  Failed: "failed",
};

/** A failed command: the reason, the command, and the tool's message. */
export class CommandError extends Error {
  override readonly name = "CommandError";

  constructor(
    readonly reason: Reason,
    readonly command: Command,
    readonly stderr: string,
    options?: ErrorOptions,
  ) {
    const said = stderr.trim();
    super(`${LEADS[reason]}: \`${printCommand(command)}\`${said ? `\n${said}` : ""}`, options);
  }
}

export const isNotFound = (error: unknown): boolean =>
  error instanceof CommandError && error.reason === "NotFound";

/** Returns the result of `work`, or `undefined` if the object does not exist. Any other failure is thrown. */
export async function orAbsent<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** The resource must not be changed: it has another owner or is in use. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/** Parts of a resource failed, listed one a line. The state is unchanged. */
export class PartsError extends Error {
  override readonly name = "PartsError";

  constructor(reasons: readonly string[]) {
    super(reasons.join("\n"));
  }
}

/**
 * The object exists but differs from the request. The error carries the state, so that the next `pulumi up` can fix the
 * object and `pulumi destroy` can delete it.
 */
export class PartialError extends Error {
  override readonly name = "PartialError";

  constructor(
    readonly id: string,
    readonly properties: Readonly<Record<string, unknown>>,
    readonly reasons: readonly string[],
    options?: ErrorOptions,
  ) {
    super(reasons.join("\n"), options);
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
