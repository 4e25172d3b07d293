import type { Passage, Tri } from "../packet";

export type Hook = "prerouting" | "input" | "forward" | "output" | "postrouting";

/** What a rule makes of a packet. */
export type Verdict =
  | { readonly does: "accept" | "drop" | "reject" | "return" }
  | { readonly does: "jump" | "goto"; readonly chain: string }
  | { readonly does: "dnat" | "snat"; readonly to?: string | undefined; readonly port?: number | undefined }
  /** From network to network, address by address: the host part stays. */
  | { readonly does: "dnat" | "snat" | "netmap"; readonly network: string }
  /** With an address of the link that the packet leaves by. */
  | { readonly does: "masquerade" }
  /** To the place itself. */
  | { readonly does: "redirect"; readonly port?: number | undefined };

/** Whether the rule matches cannot be told. */
export interface Doubt {
  readonly does: "doubt";
  /** What it does if so; absent where that cannot be told either. */
  readonly may?: Verdict | undefined;
}

export interface Rule {
  /** As its tool prints it. */
  readonly text: string;
  readonly comment?: string | undefined;
  /** How many packets it has met; absent where it does not count. */
  readonly packets?: number | undefined;
  /** What it does with a packet: nothing where it does not match. */
  judge(passage: Passage): Verdict | Doubt | "nothing";
  /** Whether it keeps connection tracking away from a packet; absent where it never does. */
  readonly untracks?: ((passage: Passage) => Tri) | undefined;
}

export interface Chain {
  /** Who made it: the program that lists it. */
  readonly tool: "nft" | "iptables" | "iptables-legacy";
  /** `ip`, `ip6`, `inet`, `bridge` … as nft(8) names them. */
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly rules: readonly Rule[];
  /** What a base chain has; others are only jumped to. */
  readonly base?: {
    readonly hook: string;
    readonly type: string;
    readonly priority: number;
    readonly policy: "accept" | "drop";
    /** Packets that met its policy. */
    readonly packets?: number | undefined;
  };
}
