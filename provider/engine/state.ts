import { type Former, formerIn } from "../linux/host/records";
import { ALIAS } from "./alias";
import type { Args, Definition } from "./definition";

/** The state of a resource. Pulumi keeps it as flat properties, which no other module of the engine reads or writes. */
export interface State {
  readonly args: Args;
  /** Values that the program does not choose, such as an index. */
  readonly outputs: Args;
  /** The object as it was before adoption. Deletion restores it. */
  readonly former?: Former | undefined;
}

/** Splits flat properties. A foreign alias is dropped, because only a refresh needs it. */
export function stateIn(definition: Definition, properties: Args): State {
  const isArg = (key: string) => key === "mark" || key in definition.schema.shape;
  const entries = Object.entries(properties);
  return {
    args: Object.fromEntries(entries.filter(([key]) => isArg(key))),
    outputs: Object.fromEntries(entries.filter(([key]) => !isArg(key) && key !== ALIAS && key !== "former")),
    former: formerIn(properties),
  };
}

/** The inverse of `stateIn`. */
export const propertiesOf = ({ args, outputs, former }: State): Args => ({
  ...(former && { former }),
  ...args,
  ...outputs,
});
