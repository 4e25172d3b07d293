import type { z } from "zod";
import type { Args, Definition, Problem } from "../engine/definition";

/** The path to a value, such as `["interfaces", "eth0", "mtu"]`. Numbers index lists. */
export type Path = readonly (string | number)[];

/** One object of a composite, with the same definition as a separate resource. */
export interface Part {
  /** The kind, and a name that does not change with the arguments: `VethPair red/eth0`. */
  readonly key: string;
  /** Keys used by earlier versions. States may hold the note of the part under one of them. */
  readonly formerKeys?: readonly string[];
  readonly definition: Definition;
  /** The arguments as a program would give them, without a mark. */
  readonly args: Args;
  /** The entry of the composite's arguments that this part comes from. Without it the part does not exist. */
  readonly entry: Path;
  /** The places of the part's fields in the composite's arguments, by dotted path. Some fields have no place. */
  readonly fields: Readonly<Record<string, Path>>;
}

/** A kind of resource that consists of parts. */
export interface Composite<A = Args> {
  readonly kind: string;
  readonly schema: z.ZodObject;
  /** The field that general problems of the composite are reported on. */
  readonly identity: string;
  /** Fields whose change replaces the whole composite. Every other change is made part by part. */
  readonly replaceOn: readonly string[];
  id(args: A): string;
  /** Problems between entries, checked once all fields are valid on their own. Reading an unknown value aborts the check. */
  problems?(args: A): readonly Problem[];
  /**
   * Returns the parts in order of priority. Unknown values are passed on to the parts, together with everything derived from
   * them.
   */
  parts(args: A): readonly Part[];
}

/** Returns the key of a part, which is unique across kinds. */
export const keyOf = ({ kind }: Pick<Definition, "kind">, name: string): string => `${kind} ${name}`;

/**
 * Maps fields to places below `path`, each under its own name. `prefix` precedes the field names of the part, such as
 * `end.`.
 */
export const under = (path: Path, names: readonly string[], prefix = ""): Record<string, Path> =>
  Object.fromEntries(names.map((name) => [`${prefix}${name}`, [...path, name]]));
