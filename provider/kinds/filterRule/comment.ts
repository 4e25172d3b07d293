import { commentsOf } from "../packetRule/comment";

/** nftables keeps 127 bytes of a comment. A mark takes 120 of them, which leaves room for the number only. */
export const { printComment, parseComment } = commentsOf("FilterRule", "");

/** A rule listed by a tool. */
interface Commented {
  readonly comment?: string | undefined;
}

export const marked = <R extends Commented>(rules: readonly R[], mark: string): R[] =>
  rules.filter(({ comment }) => parseComment(comment)?.mark === mark);

export const priorityOf = ({ comment }: Commented): number => parseComment(comment)?.priority ?? 0;
