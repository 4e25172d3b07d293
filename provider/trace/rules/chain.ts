import type { Passage, Tri } from "../packet";

export type Hook = "prerouting" | "input" | "forward" | "output" | "postrouting";

/** The decision of a rule about a packet. */
export type Verdict =
  | { readonly does: "accept" | "drop" | "reject" | "return" }
  | { readonly does: "jump" | "goto"; readonly chain: string }
  | { readonly does: "dnat" | "snat"; readonly to?: string | undefined; readonly port?: number | undefined }
  /** Maps a network to a network. The host part stays. */
  | { readonly does: "dnat" | "snat" | "netmap"; readonly network: string }
  /** Uses an address of the link that the packet leaves by. */
  | { readonly does: "masquerade" }
  /** Sends it to the place itself. */
  | { readonly does: "redirect"; readonly port?: number | undefined };

/** The rule may or may not match. */
export interface Doubt {
  readonly does: "doubt";
  /** The decision if it matches. Absent if that is unknown as well. */
  readonly may?: Verdict | undefined;
}

export interface Rule {
  /** The rule as its tool prints it. */
  readonly text: string;
  readonly comment?: string | undefined;
  /** The number of packets so far. Absent without a counter. */
  readonly packets?: number | undefined;
  /** Returns its decision about a packet, `nothing` if it does not match. */
  judge(passage: Passage): Verdict | Doubt | "nothing";
  /** Whether it excludes a packet from connection tracking. Absent if it never does. */
  readonly untracks?: ((passage: Passage) => Tri) | undefined;
}

export interface Chain {
  /** The program that lists it. */
  readonly tool: "nft" | "iptables" | "iptables-legacy";
  /** `ip`, `ip6`, `inet`, `bridge` … as nft(8) names them. */
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly rules: readonly Rule[];
  /** Set for a base chain. Others are only reached by jumps. */
  readonly base?: {
    readonly hook: string;
    readonly type: string;
    readonly priority: number;
    readonly policy: "accept" | "drop";
    /** The number of packets that met its policy. */
    readonly packets?: number | undefined;
  };
}
