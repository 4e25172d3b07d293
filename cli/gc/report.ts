import { table } from "../table";
import { isDebris, type Listed } from "./debris";

const STACKLESS = "-";

export function asText(garbage: readonly Listed[]): string {
  if (garbage.length === 0)
    return "Nothing is left over: the given states contain every marked object on this host.\n";
  const rows = garbage.map(({ kind, object, stack, resource, isAdopted }) => [
    kind,
    object,
    stack ?? STACKLESS,
    resource,
    isAdopted ? "restore" : "delete",
  ]);
  return `${table([["KIND", "OBJECT", "STACK", "RESOURCE", "WITH --yes"], ...rows])}\n`;
}

export const asJson = (garbage: readonly Listed[]): string =>
  `${JSON.stringify(
    garbage.map((one) => {
      if (isDebris(one)) return { ...one, broken: undefined };
      const { found, ...shown } = one;
      return { ...shown, mark: found.state["mark"] };
    }),
    null,
    2,
  )}\n`;

/** Returns the next command to type. */
export function advice(all: number, chosen: number): string {
  const others = all - chosen;
  return [
    ...(chosen > 0 ? [`${count(chosen)} in none of the given states. Delete with --yes.`] : []),
    ...(others > 0 ? [`${count(others)} of stacks that are not given. Include them with --all.`] : []),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

/** Returns the result for one object. */
export const deletion = ({ kind, object, isAdopted }: Listed): string =>
  `${isAdopted ? "restored" : "deleted"} ${kind} ${object}`;

const count = (n: number): string => `${n} object${n === 1 ? "" : "s"}`;
