import type { z } from "zod";
import type { Args, Definition } from "../definition";

/** The way to a value: `["interfaces", "eth0", "mtu"]`; numbers lead into lists. */
export type Path = readonly (string | number)[];

/** One object of a composite: what a resource of its own would be, with the very same definition. */
export interface Part {
  /** Tells it from the other parts, and stays the same while its arguments change: `eth0 10.0.0.1/24`. */
  readonly key: string;
  readonly definition: Definition;
  /** As a program would give them, without a mark. */
  readonly args: Args;
  /** Keys of the parts that must be there before it, and whose replacement leaves it gone or half-wired. */
  readonly on: readonly string[];
  /** Where the composite's arguments have it: without that entry there is no such part. */
  readonly entry: Path;
  /** Where they have its fields, by the fields' dotted paths. */
  readonly fields: Readonly<Record<string, Path>>;
}

/** A kind of resource that is a list of parts. */
export interface Composite<A = Args> {
  readonly kind: string;
  readonly schema: z.ZodObject;
  /** The field that a name collision is reported on. */
  readonly identity: string;
  /** The fields whose change replaces it as a whole; every other change is made part by part, in place. */
  readonly replaceOn: readonly string[];
  id(args: A): string;
  parts(args: A): readonly Part[];
}

/** `fields` under `path`, each by its own name or by the one it is given: `{ mtu: "end.mtu" }`. */
export const under = (path: Path, names: readonly string[], prefix = ""): Record<string, Path> =>
  Object.fromEntries(names.map((name) => [`${prefix}${name}`, [...path, name]]));
