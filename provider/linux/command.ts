/** The only programs that this project starts. */
export type Tool =
  | "ip"
  | "nft"
  | "iptables"
  | "ip6tables"
  | "iptables-legacy"
  | "ip6tables-legacy"
  | "iptables-save"
  | "ip6tables-save"
  | "iptables-legacy-save"
  | "ip6tables-legacy-save"
  | "iptables-restore"
  | "ip6tables-restore"
  | "firewall-cmd"
  | "ovs-vsctl"
  | "ovs-ofctl"
  | "conntrack"
  | "sysctl"
  | "stat"
  | "ps"
  | "kill"
  | "ping"
  | "ss"
  | "node"
  | "flock"
  | "unlink"
  | "cat";

/** A process to start, as data that tests compare and a host runs. */
export interface Command {
  readonly tool: Tool;
  readonly args: readonly string[];
  /** The named network namespace to run in. Default: the host's own. */
  readonly namespace?: string;
  /** Standard input. */
  readonly input?: string;
  /**
   * If set, "not found", a missing tool or an unsupported feature is not an error. The text tells once what is missing
   * without it; an empty text tells nothing.
   */
  readonly mayFail?: string;
}

/** The output of a command, or `undefined` if the object it asked for does not exist. */
export type Answer = string | undefined;

/** Returns a command for `tool` in `namespace` (`undefined`: the host's own). */
export function command(
  tool: Tool,
  namespace: string | undefined,
  args: readonly string[],
  input?: string,
): Command {
  return {
    tool,
    args,
    ...(namespace !== undefined && { namespace }),
    ...(input !== undefined && { input }),
  };
}

/** Returns a command that may fail silently. */
export const lookFor = (asked: Command): Command => ({ ...asked, mayFail: "" });

/** `ip ARGS` in `namespace`. */
export const ip = (namespace: string | undefined, ...args: string[]): Command =>
  command("ip", namespace, args);

/**
 * Options for reading with `ip`: JSON with all details, and numbers, because a host may name protocol 110 or group 5 itself.
 * The order never varies, so that a session can answer every read.
 */
export const ASK = ["-N", "-j", "-d"] as const;

/** The option that selects the address family. */
export const familyOption = (family: "ipv4" | "ipv6"): string => (family === "ipv4" ? "-4" : "-6");

/**
 * Lists every link in `namespace` with its addresses. `ip link show` shows no more, and breaks later address reads in a
 * session.
 */
export const showLinks = (namespace: string | undefined): Command => ip(namespace, ...ASK, "addr", "show");

/** Shows one link in `namespace` with its addresses. */
export const showLink = (namespace: string | undefined, name: string): Command =>
  ip(namespace, ...ASK, "addr", "show", "dev", name);

/** Lists the ids that `namespace` has for other namespaces. */
export const showNamespaceIds = (namespace: string | undefined): Command =>
  ip(namespace, ...ASK, "netns", "list-id");

/** Lists an nftables table as text, which shows more of its flags than JSON does. */
export const listTable = (
  namespace: string | undefined,
  { family, name }: { readonly family: string; readonly name: string },
): Command => command("nft", namespace, ["--terse", "list", "table", family, name]);

/** Formats the command for messages. The result is not safe for a shell. */
export function printCommand({ tool, args, namespace }: Command): string {
  return argv({ tool, args, ...(namespace !== undefined && { namespace }) })
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word)))
    .join(" ");
}

/** Returns the words to start. `ip` enters a namespace on its own; other tools need `ip netns exec`. */
export function argv({ tool, args, namespace }: Command): [Tool, ...string[]] {
  if (namespace === undefined) return [tool, ...args];
  return tool === "ip" ? ["ip", "-n", namespace, ...args] : ["ip", "netns", "exec", namespace, tool, ...args];
}
