import { isMarkOf } from "../../linux/marks/mark";
import { memoized } from "../../linux/memo";

/** What the comment of a rule says: whose it is, and what the rule itself has no room for. */
export interface Comment {
  readonly mark: string;
  /** Where it stands among the rules of its stack. */
  readonly priority: number;
}

/** How the rules of a kind write theirs, with `label` before the number. No blank: lists of words stay lists of words. */
export function commentsOf(kind: string, label: string) {
  // Each rule of a stack asks for the comments of all others.
  const parse = memoized((text: string) => {
    const [, mark, priority] = form.exec(text) ?? [];
    return { comment: isMarkOf(kind, mark) ? { mark, priority: Number(priority ?? 0) } : undefined };
  });
  const form = new RegExp(`^([^,]+)(?:,${label}(-?\\d+))?$`);
  return {
    printComment: ({ mark, priority }: Comment): string =>
      priority === 0 ? mark : `${mark},${label}${priority}`,

    /** `undefined` for a comment that no rule of ours of that kind has. */
    parseComment: (text: string | undefined): Comment | undefined => parse(text ?? "").comment,
  };
}
