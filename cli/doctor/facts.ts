import type { Network } from "../../provider/trace/network";
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
  /** The name of the sandbox that this is in. */
  readonly sandbox?: string | undefined;
  readonly kernel: string;
  /** What the kernel can make, by names that people know; `undefined` where it could not be tried. */
  readonly features: Readonly<Record<string, boolean | undefined>>;
  /** Kernel parameters of the host by their path below /proc/sys. */
  readonly sysctls: ReadonlyMap<string, string>;
  /** Rules of the host, of all programs and both families. */
  readonly chains: readonly Chain[];
  /** Every link and address of every namespace. */
  readonly network: Network;
  /** Names of the programs that run in this network, as the kernel has them: 15 bytes at most. */
  readonly processes: readonly string[];
  /** Names below /run/netns behind which there is no namespace. */
  readonly staleNames: readonly string[];
}
