import type { Everyones } from "../../provider/kinds/packetRule/everyones";
import type { Family } from "../../provider/linux/ip";
import type { Network } from "../../provider/trace/network/network";
import type { Chain } from "../../provider/trace/rules/chain";

/** A tool that doctor looks for. */
export interface ToolFact {
  readonly name: string;
  /** The version that it prints, in one line. Absent if it is not installed. */
  readonly version?: string | undefined;
}

/** The facts that checks judge. */
export interface HostFacts {
  readonly tools: readonly ToolFact[];
  /** Whether this process may change the network here. */
  readonly mayChange: boolean;
  /** Whether this user can start a sandbox. `undefined` if nobody needs one, so it was not tried. */
  readonly maySandbox?: boolean | undefined;
  /** The name of the surrounding sandbox. */
  readonly sandbox?: string | undefined;
  readonly kernel: string;
  /** The kernel features by name. `undefined` if a feature could not be tried. */
  readonly features: Readonly<Record<string, boolean | undefined>>;
  /** Kernel parameters of the host, by path below /proc/sys. */
  readonly sysctls: ReadonlyMap<string, string>;
  /** The chains of the host, of all programs and both families. */
  readonly chains: readonly Chain[];
  /** The rules of the host that redirect ports, whoever owns them, as in the warnings of `up`. */
  readonly redirecting: Readonly<Record<Family, Pick<Everyones, "rules" | "lines">>>;
  /** Every link and address of every namespace. */
  readonly network: Network;
  /** The names of the programs in this network namespace. The kernel keeps 15 bytes of each. */
  readonly processes: readonly string[];
  /** Names below /run/netns without a namespace of their own. */
  readonly oddNames: readonly OddName[];
}

/** A name below /run/netns that is a plain file, a dangling link, the host's own network, or a second name. */
export interface OddName {
  readonly name: string;
  readonly is: "file" | "dangling" | "host" | "twin";
  /** The other name of the same namespace. */
  readonly other?: string;
}
