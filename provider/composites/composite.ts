import type { z } from "zod";
import type { Args, Definition, Problem } from "../engine/definition";

/** The way to a value: `["interfaces", "eth0", "mtu"]`; numbers lead into lists. */
export type Path = readonly (string | number)[];

/** One object of a composite: what a resource of its own would be, with the very same definition. */
export interface Part {
  /** Its kind, and a name that stays the same while its arguments change: `VethPair red/eth0`. */
  readonly key: string;
  /** Keys that earlier versions gave it: states have its note under one of them. */
  readonly formerKeys?: readonly string[];
  readonly definition: Definition;
  /** As a program would give them, without a mark. */
  readonly args: Args;
  /** Where the composite's arguments have it: without that entry there is no such part. */
  readonly entry: Path;
  /** Where they have its fields, by the fields' dotted paths; some have no place of their own. */
  readonly fields: Readonly<Record<string, Path>>;
}

/** A kind of resource that is a list of parts. */
export interface Composite<A = Args> {
  readonly kind: string;
  readonly schema: z.ZodObject;
  /** The field that a problem of the composite as a whole is reported on. */
  readonly identity: string;
  /** The fields whose change replaces it as a whole; every other change is made part by part. */
  readonly replaceOn: readonly string[];
  id(args: A): string;
  /**
   * Problems between its entries; asked once all fields are valid by themselves, and given up where it reads one that is not
   * known yet.
   */
  problems?(args: A): readonly Problem[];
  /**
   * Its parts, those first that are to be worked on first. What is not known yet is handed on to the parts as it is, and
   * so is what would be made of it.
   */
  parts(args: A): readonly Part[];
}

/** The key of a part: no two kinds share one. */
export const keyOf = ({ kind }: Pick<Definition, "kind">, name: string): string => `${kind} ${name}`;

/** The places of fields below `path`, each under its own name; `prefix` is what the part has before it: `end.`. */
export const under = (path: Path, names: readonly string[], prefix = ""): Record<string, Path> =>
  Object.fromEntries(names.map((name) => [`${prefix}${name}`, [...path, name]]));
