import type { Everyones } from "../../provider/kinds/packetRule/everyones";
import type { Family } from "../../provider/linux/ip";
import type { Network } from "../../provider/trace/network/network";
import type { Chain } from "../../provider/trace/rules/chain";

/** A program that is looked for. */
export interface ToolFact {
  readonly name: string;
  /** What it says of its version, in one line; absent where it is not installed. */
  readonly version?: string | undefined;
}

/** Everything that checks judge by. */
export interface HostFacts {
  readonly tools: readonly ToolFact[];
  /** Whether this process may change networks here. */
  readonly mayChange: boolean;
  /** Whether this user may make a sandbox; `undefined` where that was not tried, as nobody needs one. */
  readonly maySandbox?: boolean | undefined;
  /** The name of the sandbox that this is in. */
  readonly sandbox?: string | undefined;
  readonly kernel: string;
  /** What the kernel can make, by names that people know; `undefined` where it could not be tried. */
  readonly features: Readonly<Record<string, boolean | undefined>>;
  /** Kernel parameters of the host by their path below /proc/sys. */
  readonly sysctls: ReadonlyMap<string, string>;
  /** Rules of the host, of all programs and both families. */
  readonly chains: readonly Chain[];
  /** The rules of the host that redirect ports, of everybody: they are read apart, as in what `up` warns of. */
  readonly redirecting: Readonly<Record<Family, Pick<Everyones, "rules" | "lines">>>;
  /** Every link and address of every namespace. */
  readonly network: Network;
  /** Names of the programs that run in this network, as the kernel has them: 15 bytes at most. */
  readonly processes: readonly string[];
  /** Names below /run/netns that lead to no namespace of their own. */
  readonly oddNames: readonly OddName[];
}

/** A name below /run/netns: a plain file, a link that leads nowhere, the host's own network, or that of another name. */
export interface OddName {
  readonly name: string;
  readonly is: "file" | "dangling" | "host" | "twin";
  /** The other name of a twin. */
  readonly other?: string;
}
