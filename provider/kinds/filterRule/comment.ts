import { commentsOf } from "../packetRule/comment";

/** nftables keeps 127 bytes of a comment, of which a mark takes 120: there is no room for more than the number. */
export const { printComment, parseComment } = commentsOf("FilterRule", "");

/** A rule as a tool lists it. */
interface Commented {
  readonly comment?: string | undefined;
}

export const marked = <R extends Commented>(rules: readonly R[], mark: string): R[] =>
  rules.filter(({ comment }) => parseComment(comment)?.mark === mark);

export const priorityOf = ({ comment }: Commented): number => parseComment(comment)?.priority ?? 0;
