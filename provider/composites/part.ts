import { isDeepStrictEqual } from "node:util";
import { isRecord, merge } from "../engine/check";
import type { Args, Definition, Problem } from "../engine/definition";
import { UNKNOWN } from "../engine/unknown";
import { farEndName, LOOPBACK, linkId } from "../kinds/links/identity";
import { keyOf, type Part, type Path, under } from "./composite";
import { printPath, withoutUndefined } from "./paths";
import type { Row, Table } from "./table";

/** Derives parts from arguments according to a table. */

/** Where parts are located. */
export interface Where {
  /** Default: the host's own. */
  readonly namespace?: string | undefined;
  readonly link?: string | undefined;
  readonly adopt?: unknown;
  /** Returns the namespace of a bridge that is given by name alone. Default: the host's own. */
  readonly placeOf?: (bridge: string) => string | undefined;
}

/** Returns the parts in the order of the table. `path` leads to the arguments. */
export const partsIn = (table: Table, given: Args, where: Where, path: Path): Part[] =>
  Object.entries(table).flatMap(([field, row]) =>
    entriesOf(given[field]).flatMap(([name, entry]) =>
      partsOf(row, name, entry, where, [...path, field, name]),
    ),
  );

const entriesOf = (value: unknown): (readonly [name: string | number, entry: unknown])[] =>
  Array.isArray(value) ? [...value.entries()] : Object.entries(value ?? {});

/** Returns the part of an entry, and the parts inside it. */
export function partsOf(
  row: Row,
  name: string | number,
  entry: unknown,
  where: Where,
  path: Path,
): readonly Part[] {
  const { definition, place, inside, fields } = row;
  const named = linkId(where.namespace, String(name));
  if (place.value !== undefined) {
    const args = { ...placed(row, name, where), [place.value]: entry };
    return [partOf(definition, args, named, path, { [place.value]: path })];
  }
  const given: Args = Object(entry);
  if (place.ends) return cableParts(row, place.ends, String(name), given, where, path);
  const args = { ...pick(given, fields), ...placed(row, name, where) };
  const namespace = definition.ownsNamespace ? definition.ownsNamespace(args) : namespaceIn(row, args);
  const here = { ...where, namespace, ...(!definition.ownsNamespace && { link: String(name) }) };
  return [partOf(definition, args, named, path, under(path, fields)), ...partsIn(inside, given, here, path)];
}

/** Returns the arguments that the place supplies. */
function placed({ definition, place, form, isAnywhere }: Row, name: string | number, where: Where): Args {
  const { schema } = definition;
  return {
    ...(place.namespace !== undefined && !isAnywhere && { [place.namespace]: where.namespace }),
    ...(place.link !== undefined && { [place.link]: where.link }),
    ...(place.name !== undefined && form !== "list" && { [place.name]: name }),
    ...("adopt" in schema.shape && { adopt: where.adopt }),
  };
}

function namespaceIn({ place: { namespace } }: Row, args: Args): string | undefined {
  const value = namespace === undefined ? undefined : args[namespace];
  return typeof value === "string" ? value : undefined;
}

function partOf(
  definition: Definition,
  args: Args,
  named: string,
  entry: Path,
  fields: Readonly<Record<string, Path>>,
): Part {
  const name = definition.place?.key?.(args, named);
  if (name !== undefined) return { key: keyOf(definition, name), definition, args, entry, fields };
  const given = withoutUndefined(args);
  const whole = merge(definition.defaults?.({ ...given, mark: "" }) ?? {}, given);
  return {
    ...{ key: keyOf(definition, definition.id(whole)), definition, args, entry, fields },
    formerKeys: (definition.formerIds?.(whole) ?? []).map((id) => keyOf(definition, id)),
  };
}

/** Returns a cable with the parts on both ends. The loopback is not a cable and has only parts on it. */
function cableParts(
  { definition, inside, fields, near: ofNear }: Row,
  [near, far]: readonly [string, string],
  name: string,
  given: Args,
  where: Where,
  path: Path,
): readonly Part[] {
  const { namespace, adopt } = where;
  const onNear = partsIn(inside, given, { ...where, link: name }, path);
  if (name === LOOPBACK) return onNear;
  const peer: Args = Object(given[far]);
  const ofFar = ["name", "namespace", ...ofNear];
  const farEnd: Args = {
    ...pick(peer, ofFar),
    name: peer["name"] ?? farNameOf(namespace, name),
    namespace: peer["namespace"] ?? placeOfBridge(peer["bridge"], where),
    mtu: peer["mtu"] ?? given["mtu"],
  };
  const there = { ...where, namespace: textOf(farEnd["namespace"]), link: textOf(farEnd["name"]) };
  const args = {
    ...pick(given, fields),
    ...{ [near]: { ...pick(given, ofNear), name, namespace }, [far]: farEnd, adopt },
  };
  const places = {
    ...under(path, fields),
    ...under(path, ofNear, `${near}.`),
    ...under([...path, far], ofFar, `${far}.`),
  };
  return [
    partOf(definition, args, name, path, places),
    ...onNear,
    ...partsIn(inside, peer, there, [...path, far]),
  ];
}

/** A name derived from an unknown value is unknown. */
const farNameOf = (namespace: string | undefined, link: string): string | undefined =>
  namespace === undefined || namespace === UNKNOWN ? namespace : farEndName(namespace, link);

const placeOfBridge = (bridge: unknown, { placeOf }: Where): string | undefined =>
  typeof bridge === "string" ? placeOf?.(bridge) : undefined;

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

const pick = (args: Args, fields: readonly string[]): Args =>
  Object.fromEntries(fields.flatMap((field) => (args[field] === undefined ? [] : [[field, args[field]]])));

/** Refuses settings of a loopback other than addresses. Defaults may have been filled in. */
export function loopbackProblems({ schema }: Row, interfaces: unknown, path: Path): Problem[] {
  const loopback = Object(interfaces)[LOOPBACK];
  if (loopback === undefined) return [];
  const unsaid: Args = Object(schema.parse({ [LOOPBACK]: {} }))[LOOPBACK];
  return Object.entries(Object(loopback)).flatMap(([field, value]) =>
    field === "addresses" || value === undefined || isSame(value, unsaid[field])
      ? []
      : [
          {
            property: printPath([...path, LOOPBACK, field]),
            reason: `does not apply to ${LOOPBACK}, which takes \`addresses\` only: ${FIXES[field] ?? "leave it out"}`,
          },
        ],
  );
}

const isSame = (value: unknown, unsaid: unknown): boolean =>
  isRecord(value) && isRecord(unsaid)
    ? isDeepStrictEqual(withoutUndefined(value), withoutUndefined(unsaid))
    : isDeepStrictEqual(value, unsaid);

const FIXES: Readonly<Record<string, string>> = { up: "set `loopback: false` beside `interfaces` instead" };
