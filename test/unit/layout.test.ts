import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, resolve } from "node:path";
import { expect } from "chai";
import ts from "typescript";

const root = resolve(__dirname, "../..");

/** The rooms that a room may import, types included. Biome enforces the same limits, with a reason for each (biome.json). */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "provider/linux": [],
  "provider/fields": ["provider/linux"],
  "provider/trace": ["provider/linux"],
  "provider/engine": ["provider/linux"],
  "provider/kinds": ["provider/engine", "provider/fields", "provider/trace", "provider/linux"],
  "provider/composites": ["provider/kinds", "provider/engine", "provider/fields", "provider/linux"],
  "provider/assertions": ["provider/engine", "provider/fields", "provider/trace", "provider/linux"],
  "provider/adapter": [
    "provider/assertions",
    "provider/composites",
    "provider/kinds",
    "provider/engine",
    "provider/fields",
    "provider/linux",
  ],
  sdk: ["provider/kinds", "provider/linux"],
  cli: [
    "provider/adapter",
    "provider/engine",
    "provider/fields",
    "provider/kinds",
    "provider/trace",
    "provider/linux",
  ],
};

/** The room of a file: `provider/linux` of `provider/linux/host/host.ts`. */
const roomOf = (file: string): string => (/^(provider\/[^/]+|[^/]+)\//.exec(file) ?? [])[1] ?? file;

const files = ["provider", "sdk", "cli"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${folder}/${name}`),
);

const imports = new Map(files.map((file) => [file, importsOf(file)]));

/** The files of this project that a file imports. A lazy `import()` does not count, because it loads later on purpose. */
function importsOf(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), "utf8"), ts.ScriptTarget.Latest);
  return source.statements.flatMap((statement) => {
    const isImport = ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement);
    const name = isImport && statement.moduleSpecifier;
    return name && ts.isStringLiteral(name) && name.text.startsWith(".") ? [fileOf(file, name.text)] : [];
  });
}

function fileOf(from: string, name: string): string {
  const path = normalize(join(dirname(from), name));
  const found = [`${path}.ts`, `${path}/index.ts`].find((file) => existsSync(join(root, file)));
  if (found === undefined) throw new Error(`${from} imports ${name}, which is not a file`);
  return found;
}

/** The files on a circle of imports, in order, each with those that close the circle. */
function circles(): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file]);
    if (done.has(file) || path.includes(file)) return;
    for (const next of imports.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  return found;
}

describe("layout", () => {
  it("has no circle of imports, types included", () => {
    expect(circles().map((circle) => circle.join(" → "))).to.deep.equal([]);
  });

  it("has rooms that import only what is below them", () => {
    const through = [...imports].flatMap(([file, others]) => others.map((other) => [file, other] as const));
    const wrong = through.filter(([file, other]) => {
      const [from, to] = [roomOf(file), roomOf(other)];
      return from !== to && !ALLOWED[from]?.includes(to);
    });
    expect(wrong.map(([file, other]) => `${file} → ${other}`)).to.deep.equal([]);
  });

  it("equals the drawing in CONTRIBUTING.md", () => {
    const text = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");
    const drawn = (/```mermaid\n([\s\S]*?)```/.exec(text) ?? [])[1];
    expect(drawn).to.equal(drawing());
  });
});

/** The rooms and their imports, without those that follow from other arrows. */
function drawing(): string {
  const arrows = new Map<string, Set<string>>();
  for (const [file, others] of imports) {
    const from = roomOf(file);
    const rooms = arrows.get(from) ?? arrows.set(from, new Set()).get(from);
    for (const other of others) if (roomOf(other) !== from) rooms?.add(roomOf(other));
  }
  const reaches = (from: string, to: string): boolean =>
    [...(arrows.get(from) ?? [])].some((next) => next === to || reaches(next, to));
  const lines = [...arrows].flatMap(([from, rooms]) =>
    [...rooms]
      .filter((to) => ![...rooms].some((other) => other !== to && reaches(other, to)))
      .map((to) => `  ${from} --> ${to}`),
  );
  return `flowchart TD\n${lines.sort().join("\n")}\n`;
}
