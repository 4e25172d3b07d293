import { z } from "zod";
import type { Args, Definition, PartPlace } from "../engine/definition";

/** Makes any kind an argument of a Node or a Topology: the schema follows from the definition of the kind. */

/** Kinds that are arguments of a composite, by the argument. */
export type Table = Readonly<Record<string, Row>>;

/** One argument of a composite: a kind, and how several of it are written. */
export interface Row {
  readonly definition: Definition;
  /** A map by the name in the kernel or by one of the program's choice, a map of single values, or a list. */
  readonly form: "map" | "values" | "list";
  /** The kinds that stand inside an entry: on the link that it is, or in its namespace. */
  readonly inside: Table;
  /** Whether an entry says its namespace itself, as it does not stand inside a node. */
  readonly isAnywhere: boolean;
  /** The schema of the whole argument. */
  readonly schema: z.ZodType;
  readonly place: PartPlace<Args>;
  /** The fields of the kind that an entry takes. */
  readonly fields: readonly string[];
  /** Those of the near end of a cable. */
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

/** A map by name. */
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

/** A list of what has no name. */
export function listOf(definition: Definition): Row {
  const place = placeOf(definition);
  const own = ownShape(definition, false);
  const schema = z.array(shortened(place, z.strictObject(own))).default([]);
  const fields = Object.keys(own);
  return { definition, place, form: "list", inside: {}, isAnywhere: false, schema, fields, near: [] };
}

/** A map from names to single values. */
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

/** The schemas of the arguments in a table. */
const schemasOf = (table: Table): Shape =>
  Object.fromEntries(Object.entries(table).map(([field, { schema }]) => [field, schema]));

function fieldOf({ kind, schema }: Definition, field: string): z.ZodType {
  const type = schema.shape[field];
  if (!type) throw new Error(`${kind} has no argument ${field}`);
  return type;
}

/** Names as the kernel takes them, or any for a kind that the program names. */
function nameIn(definition: Definition): z.ZodType<string, string> {
  const { name, ends } = placeOf(definition);
  const type = ends
    ? endShape(definition, ends[0])["name"]
    : name === undefined
      ? z.string()
      : fieldOf(definition, name);
  return type as z.ZodType<string, string>;
}

/** The fields of the kind in an entry: what the place gives is left out, what the kind itself fills in may be left out. */
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

/** The near end of a cable, whose name and namespace are those of its place. */
function nearEnd(definition: Definition, end: string): Shape {
  const { name: _, namespace: _namespace, ...others } = endShape(definition, end);
  return { ...others, mac: optional(others["mac"]) };
}

/** The far end of a cable. The place fills in its name, namespace and MTU. */
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

/** An entry that may be text, where nothing else is said of it. */
const shortened = ({ short }: PartPlace<Args>, entry: z.ZodObject): z.ZodType =>
  short === undefined
    ? entry
    : z
        .custom<unknown>()
        .transform((given) => (typeof given === "string" ? { [short]: given } : given))
        .pipe(entry as z.ZodType<unknown, unknown>);
