import { isMarkOf } from "../../linux/marks/mark";

/** What the comment of a rule says: whose it is, and what the rule itself has no room for. */
export interface Comment {
  readonly mark: string;
  /** Where it stands among the rules of its stack. */
  readonly priority: number;
}

/** How the rules of a kind write theirs, with `label` before the number. No blank: lists of words stay lists of words. */
export function commentsOf(kind: string, label: string) {
  const form = new RegExp(`^([^,]+)(?:,${label}(-?\\d+))?$`);
  return {
    printComment: ({ mark, priority }: Comment): string =>
      priority === 0 ? mark : `${mark},${label}${priority}`,

    /** `undefined` for a comment that no rule of ours of that kind has. */
    parseComment(text: string | undefined): Comment | undefined {
      const [, mark, priority] = form.exec(text ?? "") ?? [];
      return isMarkOf(kind, mark) ? { mark, priority: Number(priority ?? 0) } : undefined;
    },
  };
}
