import { isMarkOf } from "../mark";

/** What the comment of a rule says: whose it is, and what the rule itself has no room for. */
export interface Comment {
  readonly mark: string;
  /** Where iptables keeps the rule: nftables has chains for that. */
  readonly priority: number;
}

/** No blank: lists of words stay lists of words. */
export const printComment = ({ mark, priority }: Comment): string =>
  priority === 0 ? mark : `${mark},priority=${priority}`;

/** `undefined` for a comment that no NAT rule of ours has. */
export function parseComment(text: string | undefined): Comment | undefined {
  const [, mark, priority] = /^([^,]+)(?:,priority=(-?\d+))?$/.exec(text ?? "") ?? [];
  return isMarkOf("NatRule", mark) ? { mark, priority: Number(priority ?? 0) } : undefined;
}
