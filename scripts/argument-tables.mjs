#!/usr/bin/env node
// node scripts/argument-tables.mjs            writes the argument tables of docs/kinds/*.md
// node scripts/argument-tables.mjs --check    names those that are out of date, and writes nothing
//
// What a table says is what an editor shows: the docs of the SDK's argument types, most of which come from
// the fields of the zod schemas in provider/kinds/, composites/ and assertions/.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const pages = join(root, "docs", "kinds");

const BEGIN = "<!-- arguments -->";
const END = "<!-- /arguments -->";

/** The rows of the tables, by the file name of the kind: `vethPair`. */
export function argumentRows() {
  const names = readdirSync(pages).filter((name) => name.endsWith(".md") && name !== "README.md");
  const kinds = names.map((name) => name.replace(/\.md$/, ""));
  const program = createProgram(kinds.flatMap((kind) => [sdkFile(kind), schemaFile(kind)].filter(Boolean)));
  return Object.fromEntries(kinds.map((kind) => [kind, rowsOf(program, kind)]));
}

/** The pages whose table is out of date, as `{ file, text }` with the text that they should have. */
export function outdatedPages(rows = argumentRows()) {
  return Object.entries(rows).flatMap(([kind, ofKind]) => {
    const file = join(pages, `${kind}.md`);
    const text = readFileSync(file, "utf8");
    const wanted = withTable(text, table(ofKind), file);
    return wanted === text ? [] : [{ file: relative(root, file), text: wanted }];
  });
}

const sdkFile = (kind) => join(root, "sdk", `${kind}.ts`);
const schemaFile = (kind) =>
  [`kinds/${kind}/args.ts`, ...["kinds", "composites", "assertions"].map((folder) => `${folder}/${kind}.ts`)]
    .map((file) => join(root, "provider", file))
    .find((file) => existsSync(file));

function createProgram(files) {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  return ts.createProgram(files, { ...options, types: [], noEmit: true });
}

/** `text` with `markdown` between the two marker lines. */
function withTable(text, markdown, file) {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${file} lacks the lines ${BEGIN} and ${END}`);
  return `${text.slice(0, begin + BEGIN.length)}\n\n${markdown}\n\n${text.slice(end)}`;
}

/** The rows of a kind's table: what its argument type holds, in the order of its schema. */
function rowsOf(program, kind) {
  const checker = program.getTypeChecker();
  const schema = program.getSourceFile(schemaFile(kind) ?? "");
  const sdk = program.getSourceFile(sdkFile(kind));
  if (!schema || !sdk) throw new Error(`docs/kinds/${kind}.md: there is no kind of that name`);
  const name = `${kind[0].toUpperCase()}${kind.slice(1)}Args`;
  const symbol = checker.getExportsOfModule(checker.getSymbolAtLocation(sdk)).find((it) => it.name === name);
  if (!symbol) throw new Error(`${relative(root, sdk.fileName)} exports no ${name}`);
  const order = documentedKeys(checker, schema);
  const rank = ({ name }) => (order.includes(name) ? order.indexOf(name) : order.length);
  return merged(fields(checker, checker.getDeclaredTypeOfSymbol(symbol), "", rank));
}

/** Every key with a doc comment, in the order of first appearance, also in objects that are spread from elsewhere. */
function documentedKeys(checker, file) {
  const keys = new Set();
  const visit = (node) => {
    if ((ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node)) && docOf(node) !== "")
      keys.add(node.name.getText());
    if (ts.isSpreadAssignment(node) && ts.isIdentifier(node.expression)) {
      for (const property of checker.getTypeAtLocation(node.expression).getProperties())
        if (docOf(property.declarations.at(-1)) !== "") keys.add(property.name);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return [...keys];
}

/** One row for every field of `type`, those of nested objects by their path. */
function fields(checker, type, prefix, rank) {
  const found = propertiesOf(checker, type)
    .sort((a, b) => rank(a) - rank(b))
    .map((property) => {
      const path = `${prefix}${property.name}`;
      const members = membersOf(checker.getTypeOfSymbol(property));
      const doc = docOf(property.declarations.at(-1));
      const nested = isElsewhere(doc) ? [] : members.flatMap((member) => nestedIn(checker, member));
      const row = {
        paths: [path],
        type: typeWords(checker, members),
        ...docParts(doc, path, nested.length > 0),
        isRequired: (property.flags & ts.SymbolFlags.Optional) === 0,
      };
      return { row, below: nested.flatMap(({ step, type }) => fields(checker, type, path + step, rank)) };
    });
  return [...found.map(({ row }) => row), ...found.flatMap(({ below }) => below)];
}

/** Whether the page of another kind lists what is below. */
const isElsewhere = (doc) => /\barguments of an? [A-Z]/.test(doc);

/** The object with named fields that a type is, or that is in its list or map, and the step to it. */
function nestedIn(checker, type) {
  const values = type.getStringIndexType();
  const inner = values ? membersOf(values) : [elementOf(checker, type)];
  const step = values ? ".*." : isList(checker, type) ? "[]." : ".";
  return inner.filter((it) => isPlain(checker, it)).map((it) => ({ step, type: it }));
}

/** The properties of a type; of a union those of all its members. */
function propertiesOf(checker, type) {
  const members = type.isUnion() ? type.types : [type];
  const all = members.flatMap((member) => checker.getPropertiesOfType(member));
  return [...new Map(all.map((property) => [property.name, property])).values()];
}

/** The members of a type without `undefined` and the wrappers of `pulumi.Input`. */
function membersOf(type) {
  const isWrapper = (it) =>
    it.isIntersection() ? it.types.some(isWrapper) : ["Promise", "OutputInstance"].includes(it.symbol?.name);
  const members = type.isUnion() ? type.types : [type];
  return members.filter((it) => (it.flags & ts.TypeFlags.Undefined) === 0 && !isWrapper(it));
}

const isList = (checker, type) => checker.isArrayType(type) || checker.isTupleType(type);

const itemsOf = (checker, type) => checker.getTypeArguments(type).flatMap(membersOf);

const elementOf = (checker, type) =>
  isList(checker, type) ? (itemsOf(checker, type).find((it) => isPlain(checker, it)) ?? type) : type;

/** Whether `type` is an object with named fields: no class, list or map. */
const isPlain = (checker, type) =>
  (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0 &&
  !type.isClass() &&
  !isList(checker, type) &&
  checker.getPropertiesOfType(type).length > 0;

/** A type in the words of a person who writes a program. */
function typeWords(checker, members) {
  const classes = members.filter((it) => it.isClass()).map((it) => `\`${it.symbol.name}\``);
  const others = members.filter((it) => !it.isClass()).map((it) => wordOf(checker, it, classes.length > 0));
  return either([...new Set([...classes, ...others])]);
}

function wordOf(checker, type, isReference) {
  if (type.isStringLiteral()) return `\`"${type.value}"\``;
  if ((type.flags & ts.TypeFlags.BooleanLike) !== 0) return "boolean";
  if ((type.flags & ts.TypeFlags.String) !== 0) return isReference ? "name" : "string";
  if (isList(checker, type)) return `list of ${plural(typeWords(checker, itemsOf(checker, type)))}`;
  const values = type.getStringIndexType();
  if (values) return `map of string to ${typeWords(checker, membersOf(values))}`;
  return isPlain(checker, type) ? "object" : checker.typeToString(type);
}

const plural = (words) => words.replace(/\b(object|string|number|boolean)\b/g, "$1s");

/** `a`, `a or b`, `a, b or c`. */
const either = (words) =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;

function docOf(node) {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return (ts.getTextOfJSDocComment(comments.at(-1)?.comment) ?? "").replace(/\s+/g, " ").trim();
}

/** A doc in its parts: meaning, default, and what a change does, which the fixed words begin. */
function docParts(doc, path, isObject) {
  const [, rest = doc, effect = ""] = /^(.*?) ?\b((?:Replaces|Updates in place)\b.*)\.$/.exec(doc) ?? [];
  const [, before = rest, value = "", after = ""] = /^(.*?) ?\bDefault: (.*?)\.(?: (.*))?$/.exec(rest) ?? [];
  const meaning = [before, after].filter((part) => part !== "").join(" ");
  if (meaning === "" || (effect === "" && !isObject)) {
    throw new Error(`the doc of ${path} needs a meaning, and at its end "Replaces." or "Updates in place."`);
  }
  return { meaning, value, effect };
}

/** Rows that say the same of several paths, as of both ends of a cable, become one. */
function merged(rows) {
  const groups = new Map();
  for (const { paths, ...rest } of rows) {
    const key = JSON.stringify(rest);
    groups.set(key, { ...rest, paths: [...(groups.get(key)?.paths ?? []), ...paths] });
  }
  return [...groups.values()];
}

function table(rows) {
  const cells = rows.map(({ paths, type, value, effect, meaning, isRequired }) => [
    paths.map((path) => `\`${path}\``).join(", "),
    type,
    isRequired ? "**required**" : value,
    effect,
    meaning,
  ]);
  const line = (words) => `| ${words.map((word) => word.replaceAll("|", "\\|")).join(" | ")} |`;
  return [["Argument", "Type", "Default", "On change", "Meaning"], Array(5).fill("---"), ...cells]
    .map(line)
    .join("\n");
}

function main(isCheck) {
  const outdated = outdatedPages();
  for (const { file, text } of outdated) {
    if (isCheck)
      process.stderr.write(`${file}: the table is out of date; node ${relative(root, process.argv[1])}\n`);
    else writeFileSync(join(root, file), text);
  }
  process.exitCode = isCheck && outdated.length > 0 ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main(process.argv.includes("--check"));
