import { z } from "zod";
import type { Args, Definition, PartPlace } from "../engine/definition";

/** Turns any kind into an argument of a Node or a Topology. The schema follows from the definition of the kind. */

/** The kinds that are arguments of a composite, by argument. */
export type Table = Readonly<Record<string, Row>>;

/** One argument of a composite: a kind, and the form of its entries. */
export interface Row {
  readonly definition: Definition;
  /** A map by the name in the kernel or a name chosen by the program, a map of single values, or a list. */
  readonly form: "map" | "values" | "list";
  /** The kinds nested in an entry: on its link, or in its namespace. */
  readonly inside: Table;
  /** Whether an entry names its namespace, because it is outside of a node. */
  readonly isAnywhere: boolean;
  /** The schema of the argument. */
  readonly schema: z.ZodType;
  readonly place: PartPlace<Args>;
  /** The fields of the kind that an entry accepts. */
  readonly fields: readonly string[];
  /** The fields of the near end of a cable. */
  readonly near: readonly string[];
}

function placeOf({ kind, place }: Definition): PartPlace<Args> {
  if (!place) throw new Error(`${kind} says no place, so it cannot be a part`);
  return place;
}

type Shape = Readonly<Record<string, z.ZodType>>;

interface Options {
  readonly inside?: Table;
  readonly isAnywhere?: boolean;
}

/** Builds a map by name. */
export function mapOf(definition: Definition, { inside = {}, isAnywhere = false }: Options = {}): Row {
  const place = placeOf(definition);
  const { ends } = place;
  const own = ownShape(definition, isAnywhere);
  const near = ends ? nearEnd(definition, ends[0]) : {};
  const entry = z.strictObject({
    ...near,
    ...own,
    ...(ends && { [ends[1]]: farEnd(definition, ends[1], inside) }),
    ...schemasOf(inside),
  });
  const schema = z.record(nameIn(definition), entry).default({});
  return {
    ...{ definition, place, form: "map", inside, isAnywhere, schema },
    ...{ fields: Object.keys(own), near: Object.keys(near) },
  };
}

/** Builds a list of entries without names. */
export function listOf(definition: Definition): Row {
  const place = placeOf(definition);
  const own = ownShape(definition, false);
  const schema = z.array(shortened(place, z.strictObject(own))).default([]);
  const fields = Object.keys(own);
  return { definition, place, form: "list", inside: {}, isAnywhere: false, schema, fields, near: [] };
}

/** Builds a map from names to single values. */
export function valuesOf(definition: Definition): Row {
  const place = placeOf(definition);
  const { value = "" } = place;
  const schema = z.record(nameIn(definition), fieldOf(definition, value)).default({});
  return {
    definition,
    place,
    form: "values",
    inside: {},
    isAnywhere: false,
    schema,
    fields: [value],
    near: [],
  };
}

/** Returns the schemas of the arguments in a table. */
const schemasOf = (table: Table): Shape =>
  Object.fromEntries(Object.entries(table).map(([field, { schema }]) => [field, schema]));

function fieldOf({ kind, schema }: Definition, field: string): z.ZodType {
  const type = schema.shape[field];
  if (!type) throw new Error(`${kind} has no argument ${field}`);
  return type;
}

/** Names valid in the kernel, or any name for a kind that the program names. */
function nameIn(definition: Definition): z.ZodType<string, string> {
  const { name, ends } = placeOf(definition);
  const type = ends
    ? endShape(definition, ends[0])["name"]
    : name === undefined
      ? z.string()
      : fieldOf(definition, name);
  return type as z.ZodType<string, string>;
}

/**
 * Returns the fields of the kind in an entry. Fields supplied by the place are omitted, and fields filled in by the kind are
 * optional.
 */
function ownShape(definition: Definition, isAnywhere: boolean): Shape {
  const { schema } = definition;
  const { namespace, link, name, ends = [] } = placeOf(definition);
  const given = [link, name, ...ends, "adopt", ...(isAnywhere ? [] : [namespace])];
  const filled = definition.defaults?.({ mark: "" }) ?? {};
  return Object.fromEntries(
    Object.entries<z.ZodType>(schema.shape)
      .filter(([field]) => !given.includes(field))
      .map(([field, type]) => [field, field in filled ? optional(type) : type]),
  );
}

/** The near end of a cable, whose name and namespace come from its place. */
function nearEnd(definition: Definition, end: string): Shape {
  const { name: _, namespace: _namespace, ...others } = endShape(definition, end);
  return { ...others, mac: optional(others["mac"]) };
}

/** The far end of a cable. The place fills in name, namespace and MTU. */
function farEnd(definition: Definition, end: string, inside: Table): z.ZodType {
  const { name, mac, mtu, ...others } = endShape(definition, end);
  const further = Object.entries(schemasOf(inside)).map(([field, type]) => [field, withoutDefault(type)]);
  return z
    .strictObject({
      ...{ name: optional(name), ...others, mac: optional(mac), mtu: withoutDefault(mtu) },
      ...Object.fromEntries(further),
    })
    .prefault({});
}

function endShape(definition: Definition, end: string): Shape {
  const type = fieldOf(definition, end);
  return type instanceof z.ZodObject ? type.shape : {};
}

const optional = (type: z.ZodType = z.unknown()): z.ZodType =>
  type.safeParse(undefined).success ? type : type.optional();

const withoutDefault = (type: z.ZodType = z.unknown()): z.ZodType =>
  type instanceof z.ZodDefault ? (type.unwrap() as z.ZodType).optional() : type;

/** Accepts a string as a short form of an entry. */
const shortened = ({ short }: PartPlace<Args>, entry: z.ZodObject): z.ZodType =>
  short === undefined
    ? entry
    : z
        .custom<unknown>()
        .transform((given) => (typeof given === "string" ? { [short]: given } : given))
        .pipe(entry as z.ZodType<unknown, unknown>);
