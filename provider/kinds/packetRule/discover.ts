import type { Discovery } from "../../engine/definition";
import type { Answer, Command } from "../../linux/command";

/** The search for the rules of one backend. */
interface Searched {
  discover(namespace: string | undefined): readonly Command[];
  discovered(answers: readonly Answer[]): readonly { readonly mark: string }[];
}

/** Finds the marked rules of all backends, with their backend. */
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
