#!/usr/bin/env node
// node scripts/argument-schema.mjs            writes docs/kinds/schema.json
// node scripts/argument-schema.mjs --check    fails if it is out of date, and writes nothing
//
// The JSON schema of every kind's arguments as plain data, with names as references. The zod schemas in provider/ define its structure,
// the interfaces in sdk/ its texts.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { documentedClasses } from "./lib/argument-docs.mjs";
import { root } from "./lib/paths.mjs";

const require = createRequire(import.meta.url);

export const schemaFile = join(root, "docs", "kinds", "schema.json");

/** The expected text of docs/kinds/schema.json. */
export const schemaText = () => `${JSON.stringify(argumentSchema(), null, 2)}\n`;

/** The schema of every kind by name, to be put below `$defs`. */
export function argumentSchema(classes = documentedClasses()) {
  if (!require.extensions[".ts"]) require("ts-node/register/transpile-only");
  const { definitions } = require("../provider/kinds/index.ts");
  const { composites } = require("../provider/composites/index.ts");
  const { assertions } = require("../provider/assertions/index.ts");
  const kinds = [...definitions, ...composites, ...assertions];
  const bare = new Map(kinds.map(({ kind, schema }) => [kind, structureOf(schema)]));
  const all = kinds.map(({ kind }) => {
    const { summary, args } = classes[kind];
    return [kind, { description: summary, ...described(bare, bare.get(kind), args) }];
  });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Arguments of the resources of pulumi-netns",
    $defs: Object.fromEntries(all.sort(([one], [other]) => (one < other ? -1 : 1))),
  };
}

function structureOf(schema) {
  const { $schema: _, ...structure } = require("zod").z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
  });
  return structure;
}

/** An object's schema with the docs of its fields. Every field needs a doc, and every doc a field. */
function described(bare, { properties, type }, fields) {
  const names = fields.map(({ name }) => name);
  const strange = Object.keys(properties ?? {}).filter((name) => !names.includes(name));
  if (strange.length > 0) throw new Error(`${strange.join(", ")}: not in the interfaces of the SDK`);
  return {
    type,
    properties: Object.fromEntries(
      fields.map((field) => [
        field.name,
        { description: field.doc, ...below(bare, properties[field.name], field) },
      ]),
    ),
    required: fields.filter(({ isRequired }) => isRequired).map(({ name }) => name),
    additionalProperties: false,
  };
}

/** The schema of a field with the docs of its nested fields. */
function below(bare, structure, { path, doc, step, hasTexts, fields }) {
  if (!structure) throw new Error(`${path}: not in the schema of the provider`);
  if (fields.length === 0) return structure;
  if (step === ".") return described(bare, structure, fields);
  if (step === ".*.") {
    return { ...structure, additionalProperties: described(bare, structure.additionalProperties, fields) };
  }
  if (!hasTexts) return { ...structure, items: described(bare, structure.items, fields) };
  // The provider parses a text item into an object, which zod cannot express. The doc names its kind.
  const [, kind] = /\barguments of an? ([A-Z]\w*)/.exec(doc) ?? [];
  return {
    ...structure,
    items: { anyOf: [{ type: "string" }, described(bare, partOf(bare.get(kind), fields), fields)] },
  };
}

/** The structure of some fields of an object. */
const partOf = ({ type, properties }, fields) => ({
  type,
  properties: Object.fromEntries(fields.map(({ name }) => [name, properties[name]])),
});

function main(isCheck) {
  const text = schemaText();
  if (readFileSync(schemaFile, { encoding: "utf8", flag: "a+" }) === text) return;
  if (!isCheck) return writeFileSync(schemaFile, text);
  process.stderr.write(`docs/kinds/schema.json is out of date: node ${relative(root, process.argv[1])}\n`);
  process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main(process.argv.includes("--check"));
