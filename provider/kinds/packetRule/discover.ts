import type { Survey } from "../../engine/definition";
import type { Answer, Command } from "../../linux/command";

/** How the rules of one backend are looked for. */
interface Searched {
  survey(namespace: string | undefined): readonly Command[];
  surveyed(answers: readonly Answer[]): readonly { readonly mark: string }[];
}

/** Looks for the marked rules of every backend, and tells of each which one has it. */
export function surveyOf(
  backends: Readonly<Record<string, Searched>>,
  namespace: string | undefined,
): Survey {
  const each = Object.entries(backends).map(([backend, { survey, surveyed }]) => ({
    backend,
    commands: survey(namespace),
    surveyed,
  }));
  return {
    commands: each.flatMap(({ commands }) => commands),
    find(answers) {
      const left = [...answers];
      return each.flatMap(({ backend, commands, surveyed }) =>
        surveyed(left.splice(0, commands.length)).map((rule) => ({ namespace, backend, ...rule })),
      );
    },
  };
}
