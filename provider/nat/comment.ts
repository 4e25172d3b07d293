import { isMarkOf } from "../mark";

/** What the comment of a rule says: whose it is, and what the rule itself has no room for. */
export interface Comment {
  readonly mark: string;
  /** Where iptables keeps the rule: nftables has chains for that. Default: 0. */
  readonly priority?: number;
  /** Of a rule that guards localhost: what `route_localnet` of its link was before. */
  readonly was?: string | undefined;
}

/** nftables keeps 127 bytes of a comment, of which a mark takes 120. No blank: lists of words stay lists of words. */
export const printComment = ({ mark, priority = 0, was }: Comment): string =>
  [
    mark,
    ...(priority === 0 ? [] : [`priority=${priority}`]),
    ...(was === undefined ? [] : [`was=${was}`]),
  ].join(",");

/** `undefined` for a comment that no NAT rule of ours has. */
export function parseComment(text: string | undefined): Required<Comment> | undefined {
  const [, mark, priority, was] = /^([^,]+)(?:,priority=(-?\d+))?(?:,was=(\d+))?$/.exec(text ?? "") ?? [];
  return isMarkOf("NatRule", mark) ? { mark, priority: Number(priority ?? 0), was } : undefined;
}
