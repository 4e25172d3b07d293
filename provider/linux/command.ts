/** The programs this project runs; nothing else is ever started. */
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

/** A process before it is one: data that tests compare and a host runs. */
export interface Command {
  readonly tool: Tool;
  readonly args: readonly string[];
  /** Named network namespace to run in; absent for the host's own. */
  readonly namespace?: string;
  /** Text for standard input. */
  readonly input?: string;
  /**
   * Set where finding nothing, and a missing tool or kernel feature, is no failure: what the run does without then. That
   * is told once; an empty text says nothing.
   */
  readonly mayFail?: string;
}

/** What a command printed, or `undefined` where the thing it asked about does not exist. */
export type Answer = string | undefined;

/**
 * A plan whose next commands depend on the answers to the last ones, and which may come to a result. Pure: whoever drives it
 * runs them.
 */
export type Steps<T = void> = Generator<readonly Command[] | Wait, T, readonly Answer[]>;

/** A command for `tool` in `namespace` (`undefined`: the host's own). */
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

/** The same where finding nothing is no failure, and is not told either. */
export const lookFor = (asked: Command): Command => ({ ...asked, mayFail: "" });

/** `ip ARGS` in `namespace`. */
export const ip = (namespace: string | undefined, ...args: string[]): Command =>
  command("ip", namespace, args);

/**
 * How `ip` is asked: for JSON with all that is known, in numbers, as a host may give 110 or group 5 a name of its own. The
 * same words each time, so that a session can answer everything.
 */
export const ASK = ["-N", "-j", "-d"] as const;

/** What tells `ip` which of the two protocols it is about. */
export const familyOption = (family: "ipv4" | "ipv6"): string => (family === "ipv4" ? "-4" : "-6");

/** Every link in `namespace` with its addresses: `ip link show` would tell no more, and spoil the session for addresses. */
export const showLinks = (namespace: string | undefined): Command => ip(namespace, ...ASK, "addr", "show");

/** One link in `namespace` with its addresses. */
export const showLink = (namespace: string | undefined, name: string): Command =>
  ip(namespace, ...ASK, "addr", "show", "dev", name);

/** The numbers that `namespace` has for others. */
export const showNamespaceIds = (namespace: string | undefined): Command =>
  ip(namespace, ...ASK, "netns", "list-id");

/** A table of nftables in the words of nft, which tell more of its flags than JSON does. */
export const listTable = (
  namespace: string | undefined,
  { family, name }: { readonly family: string; readonly name: string },
): Command => command("nft", namespace, ["--terse", "list", "table", family, name]);

/** Time to let pass before the next step. It is not a command: no host is asked to sleep. */
export interface Wait {
  readonly milliseconds: number;
}

export const wait = (milliseconds: number): Wait => ({ milliseconds });

export const isWait = (step: object): step is Wait => "milliseconds" in step;

/** The command as a person would type it; for messages only, never for a shell. */
export function printCommand({ tool, args, namespace }: Command): string {
  return argv({ tool, args, ...(namespace !== undefined && { namespace }) })
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word)))
    .join(" ");
}

/** The words to start: `ip` enters a namespace by itself, every other tool through `ip netns exec`. */
export function argv({ tool, args, namespace }: Command): [Tool, ...string[]] {
  if (namespace === undefined) return [tool, ...args];
  return tool === "ip" ? ["ip", "-n", namespace, ...args] : ["ip", "netns", "exec", namespace, tool, ...args];
}
