import { placeName } from "./network/network";
import type { Owner } from "./owners";

/** The causes of faults, by their names in `--json`. */
export const CAUSES = [
  "no-place",
  "no-address",
  "special-address",
  "link-down",
  "loopback-down",
  "no-route",
  "netmask",
  "gateway",
  "dead-route",
  "policy-rule",
  "forwarding-off",
  "rp-filter",
  "filter",
  "not-attached",
  "port-blocked",
  "neighbour",
  "nobody",
  "duplicate-address",
  "duplicate-mac",
  "mtu",
  "loop",
  "no-masquerade",
  "ping-ignored",
  "not-listening",
  "unknown",
] as const;

/** A reason why packets do not arrive, or arrive only by chance. */
export interface Fault {
  readonly cause: (typeof CAUSES)[number];
  /** The namespace with the fault. `undefined` is the host. */
  readonly place: string | undefined;
  /** Whether the fault affects the packet or its answer. */
  readonly direction: "there" | "back";
  /** The packets that are lost: all, large ones, or some by chance. `doubt`: trace cannot tell. */
  readonly effect: "all" | "large" | "chance" | "doubt";
  /** The problem. The text follows "packets die at red: ". */
  readonly reason: string;
  /** The change to make, as an imperative. */
  readonly fix: string;
  /** The fix as lines to paste, into a program (`new Route(…);`) or a shell. */
  readonly code?: string | undefined;
  /** The resource to change. */
  readonly owner?: Owner | undefined;
}

const WHAT = {
  all: "packets die",
  large: "large packets die",
  chance: "packets may get lost",
  doubt: "packets may die",
} as const satisfies Record<Fault["effect"], string>;

/** Returns the verdict as one sentence. */
export function sentenceOf({ direction, effect, place, reason, fix }: Fault): string {
  const what = WHAT[effect];
  const answers = direction === "there" ? what : what.replace("packets", "answers");
  return `${answers} at ${placeName(place)}: ${reason}; ${fix}`;
}
