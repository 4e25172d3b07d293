import type { Discovery } from "../../engine/definition";
import type { Answer, Command } from "../../linux/command";

/** How the rules of one backend are looked for. */
interface Searched {
  discover(namespace: string | undefined): readonly Command[];
  discovered(answers: readonly Answer[]): readonly { readonly mark: string }[];
}

/** Looks for the marked rules of every backend, and tells of each which one has it. */
export function discoverBackends(
  backends: Readonly<Record<string, Searched>>,
  namespace: string | undefined,
): Discovery {
  const each = Object.entries(backends).map(([backend, { discover, discovered }]) => ({
    backend,
    commands: discover(namespace),
    discovered,
  }));
  return {
    commands: each.flatMap(({ commands }) => commands),
    find(answers) {
      const left = [...answers];
      return each.flatMap(({ backend, commands, discovered }) =>
        discovered(left.splice(0, commands.length)).map((rule) => ({ namespace, backend, ...rule })),
      );
    },
  };
}
