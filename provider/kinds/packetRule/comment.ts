import { isMarkOf } from "../../linux/marks/mark";
import { memoized } from "../../linux/memo";

/** The comment of a rule: its mark, and a number for which the rule itself has no room. */
export interface Comment {
  readonly mark: string;
  /** The position among the rules of its stack. */
  readonly priority: number;
}

/**
 * Returns the functions for comments of a kind, with `label` before the number. A comment has no spaces, so it is one
 * word of a listing.
 */
export function commentsOf(kind: string, label: string) {
  // Every rule of a stack parses the comments of all others.
  const parse = memoized((text: string) => {
    const [, mark, priority] = form.exec(text) ?? [];
    return { comment: isMarkOf(kind, mark) ? { mark, priority: Number(priority ?? 0) } : undefined };
  });
  const form = new RegExp(`^([^,]+)(?:,${label}(-?\\d+))?$`);
  return {
    printComment: ({ mark, priority }: Comment): string =>
      priority === 0 ? mark : `${mark},${label}${priority}`,

    /** Returns `undefined` for any comment that is not of a rule of this kind. */
    parseComment: (text: string | undefined): Comment | undefined => parse(text ?? "").comment,
  };
}
