#!/usr/bin/env node
// node scripts/argument-tables.mjs            writes the argument tables of docs/kinds/*.md
// node scripts/argument-tables.mjs --check    names pages that are out of date, and writes nothing
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { docParts, documentedClasses } from "./lib/argument-docs.mjs";
import { root } from "./lib/paths.mjs";

const pages = join(root, "docs", "kinds");

const BEGIN = "<!-- arguments -->";
const END = "<!-- /arguments -->";

/** The rows of the tables, by the kind's file name such as `vethPair`. */
export function argumentRows(classes = documentedClasses()) {
  const names = readdirSync(pages).filter((name) => name.endsWith(".md") && name !== "README.md");
  const kinds = names.map((name) => name.replace(/\.md$/, ""));
  return Object.fromEntries(
    kinds.map((kind) => {
      const found = classes[`${kind[0].toUpperCase()}${kind.slice(1)}`];
      if (!found) throw new Error(`docs/kinds/${kind}.md: no exported class has that name`);
      return [kind, merged(rowsOf(found.args))];
    }),
  );
}

/** The pages with an outdated table, as `{ file, text }` with the expected text. */
export function outdatedPages(rows = argumentRows()) {
  return Object.entries(rows).flatMap(([kind, ofKind]) => {
    const file = join(pages, `${kind}.md`);
    const text = readFileSync(file, "utf8");
    const wanted = withTable(text, table(ofKind), file);
    return wanted === text ? [] : [{ file: relative(root, file), text: wanted }];
  });
}

/** `text` with `markdown` between the two marker lines. */
function withTable(text, markdown, file) {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${file} lacks the lines ${BEGIN} and ${END}`);
  return `${text.slice(0, begin + BEGIN.length)}\n\n${markdown}\n\n${text.slice(end)}`;
}

/** One row per field, with the fields of nested objects after it, by path. */
function rowsOf(fields) {
  const rows = fields.map((field) => ({
    ...{ paths: [field.path], type: field.type, ...docParts(field), isRequired: field.isRequired },
  }));
  return [...rows, ...fields.flatMap((field) => (isElsewhere(field.doc) ? [] : rowsOf(field.fields)))];
}

/** Whether another page lists the nested fields. */
const isElsewhere = (doc) => /\barguments of an? [A-Z]/.test(doc);

/** Merges rows that say the same about several paths, such as both ends of a cable. */
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
