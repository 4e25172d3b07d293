import { placeName } from "./network/network";
import type { Owner } from "./owners";

/** What can be wrong, as `--json` names it. */
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

/** Something that keeps packets from arriving, or that makes it a matter of luck. */
export interface Fault {
  readonly cause: (typeof CAUSES)[number];
  /** Namespace in which it is; `undefined` is the host. */
  readonly place: string | undefined;
  /** On the way there, or on that of the answer. */
  readonly direction: "there" | "back";
  /** What becomes of packets: all are lost, only the large ones, or it is chance; or whether they are lost cannot be told. */
  readonly effect: "all" | "large" | "chance" | "doubt";
  /** What is wrong, in words that go on after "packets die at red: ". */
  readonly reason: string;
  /** What to change, as an order. */
  readonly fix: string;
  /** The same as text to paste: a line each for a program (`new Route(…);`) or a shell. */
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

/** The verdict in one sentence. */
export function sentenceOf({ direction, effect, place, reason, fix }: Fault): string {
  const what = WHAT[effect];
  const answers = direction === "there" ? what : what.replace("packets", "answers");
  return `${answers} at ${placeName(place)}: ${reason}; ${fix}`;
}
