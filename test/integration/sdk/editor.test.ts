import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import ts from "typescript";
import { type DocumentedClasses, type DocumentedField, documentedClasses } from "../../support/documented";
import { root } from "../../support/stack";
import { pack, unpack } from "../../support/tarball";

/** The members of `pulumi.Output`. If a list accepts texts beside objects, an item may be an output. */
const OF_OUTPUTS = ["apply", "get"];

/** The completions of an editor, from the tarball that npm would publish. */
describe("the package in an editor", function () {
  this.timeout(120_000);
  let project: string;
  let classes: DocumentedClasses;

  before(async () => {
    project = await mkdtemp(join(tmpdir(), "pulumi-netns-editor-"));
    const { path: tarball } = await pack(project);
    await unpack(tarball, join(project, "node_modules", "pulumi-netns"));
    await symlink(join(root, "node_modules", "@pulumi"), join(project, "node_modules", "@pulumi"));
    const types = join(project, "node_modules", "pulumi-netns", "dist", "sdk", "index.d.ts");
    classes = await documentedClasses(types);
  });
  after(() => rm(project, { recursive: true, force: true }));

  it("has every class of the sources", async () => {
    expect(Object.keys(classes)).to.deep.equal(Object.keys(await documentedClasses()));
  });

  it("has docs on every argument of every class", () => {
    const program = new Text();
    for (const [kind, { args }] of Object.entries(classes)) {
      program.add(`new sdk.${kind}("it", `);
      program.addObject(args, kind);
      program.add(");\n");
    }
    const { service, file } = serviceOf(project, program);
    expect(program.places.length).to.be.above(250);
    const shown = program.places.map(({ path, at }) => [path, docsAt(service, file, at)] as const);
    expect(shown.filter(([, text]) => text === "").map(([path]) => path)).to.deep.equal([]);
    // The docs found by type equal those that an editor finds in a program.
    const words = (text: string) => text.replace(/\s+/g, " ");
    const bridge = classes["Bridge"]?.args.find(({ name }) => name === "ageingTime");
    expect(shown.map(([path, text]) => `${path} ${words(text)}`)).to.include(
      `Bridge ageingTime ${bridge?.doc}`,
    );
  });

  it("has docs on every class and every output", () => {
    const program = new Text();
    for (const [kind, { outputs }] of Object.entries(classes)) {
      expect(
        outputs.map(({ name }) => name),
        kind,
      ).to.not.deep.equal([]);
      program.add(`declare const a${kind}: sdk.`);
      program.mark(kind);
      program.add(`${kind};\n`);
      for (const { name } of outputs) {
        program.add(`a${kind}.`);
        program.mark(`${kind} ${name}`);
        program.add(`${name};\n`);
      }
    }
    const { service, file } = serviceOf(project, program);
    const bare = program.places.filter(({ at }) => docsAt(service, file, at) === "");
    expect(bare.map(({ path }) => path)).to.deep.equal([]);
  });

  it("proposes only the arguments, in every object and map", () => {
    const program = new Text();
    const wanted = new Map<string, readonly string[]>();
    for (const [kind, { args }] of Object.entries(classes)) {
      for (const { path, open, close, names } of objectsIn(args, kind)) {
        wanted.set(path, names);
        program.add(`new sdk.${kind}("it", ${open}{ `);
        program.mark(path);
        program.add(` }${close});\n`);
      }
    }
    const { service, file } = serviceOf(project, program);
    for (const { path, at } of program.places)
      expect(proposedAt(service, file, at), path).to.deep.equal(wanted.get(path));
  });
});

/** A program's text, and the places in it to complete. */
class Text {
  text = 'import * as sdk from "pulumi-netns";\n';
  readonly places: { readonly path: string; readonly at: number }[] = [];

  add(text: string): void {
    this.text += text;
  }

  mark(path: string): void {
    this.places.push({ path, at: this.text.length });
  }

  /** An object literal with every field, including those of nested objects. */
  addObject(fields: readonly DocumentedField[], path: string): void {
    this.add("{ ");
    for (const field of fields) {
      const below = `${path} ${field.name}`;
      this.mark(below);
      this.add(`${field.name}: `);
      const [open, close] = around(field);
      if (field.fields.length === 0) this.add("undefined!");
      else {
        this.add(open);
        this.addObject(field.fields, below);
        this.add(close);
      }
      this.add(", ");
    }
    this.add("}");
  }
}

/** The text around an object below a field: a key in a map, brackets in a list. */
function around({ step }: DocumentedField): readonly [open: string, close: string] {
  if (step === ".*.") return ["{ it: ", " }"];
  return step === "[]." ? ["[", "]"] : ["", ""];
}

interface Place {
  readonly path: string;
  readonly open: string;
  readonly close: string;
  readonly names: readonly string[];
}

/** Every object and map in the arguments of a class, with the text around it and the names that belong into it. */
function objectsIn(
  fields: readonly DocumentedField[],
  path: string,
  open = "",
  close = "",
  also = noNames,
): Place[] {
  const names = [...fields.map(({ name }) => name), ...also].sort();
  return [
    { path, open, close, names },
    ...fields
      .filter((field) => field.fields.length > 0)
      .flatMap((field) => {
        const [before, after] = around(field);
        const head = `${open}{ ${field.name}: `;
        const inner = objectsIn(
          field.fields,
          `${path} ${field.name}`,
          head + before,
          `${after} }${close}`,
          field.hasTexts ? OF_OUTPUTS : noNames,
        );
        const map = { path: `${path} ${field.name} {}`, open: head, close: ` }${close}`, names: noNames };
        return field.step === ".*." ? [map, ...inner] : inner;
      }),
  ];
}

const noNames: readonly string[] = [];

function serviceOf(project: string, { text }: Text): { service: ts.LanguageService; file: string } {
  const file = join(project, "index.ts");
  const options: ts.CompilerOptions = {
    ...{
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      strict: true,
      types: [],
      noEmit: true,
    },
    ...{ moduleResolution: ts.ModuleResolutionKind.NodeNext, preserveSymlinks: true, skipLibCheck: true },
  };
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => [file],
    getScriptVersion: () => "1",
    getScriptSnapshot: (name) => {
      const found = name === file ? text : ts.sys.readFile(name);
      return found === undefined ? undefined : ts.ScriptSnapshot.fromString(found);
    },
    getCurrentDirectory: () => project,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (name) => name === file || ts.sys.fileExists(name),
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    realpath: (path) => path,
  });
  return { service, file };
}

const docsAt = (service: ts.LanguageService, file: string, at: number): string =>
  ts.displayPartsToString(service.getQuickInfoAtPosition(file, at)?.documentation);

/** The proposed members of an object. If there are none, editors propose every variable in scope. */
function proposedAt(service: ts.LanguageService, file: string, at: number): string[] {
  const { isMemberCompletion, entries } = service.getCompletionsAtPosition(file, at, {}) ?? { entries: [] };
  return isMemberCompletion ? entries.map(({ name }) => name).sort() : [];
}
