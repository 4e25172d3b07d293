import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import ts from "typescript";
import { z } from "zod";
import { FEATURES } from "../../cli/doctor/features";
import { assertions } from "../../provider/assertions";
import { composites } from "../../provider/composites";
import { checkArgs } from "../../provider/engine/check";
import type { Args, Definition, Effect } from "../../provider/engine/definition";
import { definitions, kindsOfLink } from "../../provider/kinds";
import * as sdk from "../../sdk";
import { markFor } from "../support/args";
import { type DocumentedClasses, type DocumentedField, documentedClasses } from "../support/documented";
import { goodArgs } from "../support/goodArgs";
import { kindsByRows, rowsFileOf, testedLinks } from "../support/kindsOfLink";

const root = resolve(__dirname, "../..");

/** The file name of a kind: its name with a lower-case first letter. */
const fileName = (kind: string): string => `${kind[0]?.toLowerCase()}${kind.slice(1)}`;

/** The required files of every kind; `folder` is `kinds`, `composites` or `assertions`. */
const filesOf = (folder: string, kind: string): string[] => {
  const name = fileName(kind);
  // Suites of every kind of link read the rows of one module.
  const tests = kindsByRows.some((link) => link.kind === kind)
    ? [rowsFileOf(kind)]
    : [
        `test/unit/${placeOf(folder, name)}.test.ts`,
        `test/unit/sdk/${name}.test.ts`,
        `test/integration/${placeOf(folder, name)}.test.ts`,
      ];
  return [sourceOf(folder, name), `sdk/${name}.ts`, ...tests, `docs/kinds/${name}.md`];
};

const sourceOf = (folder: string, name: string): string => `provider/${placeOf(folder, name)}.ts`;

/** The file with the arguments of a kind. */
const schemaOf = (folder: string, name: string): string =>
  sourceOf(folder, name).replace(`/${name}/${name}.ts`, `/${name}/args.ts`);

/** A kind is one file, or a folder of its name if it has backends. */
const placeOf = (folder: string, name: string): string =>
  existsSync(join(root, "provider", folder, name)) ? `${folder}/${name}/${name}` : `${folder}/${name}`;

/** Every field of a schema by its dotted path, as in `onChange`: nested objects field by field. */
function paths(shape: Readonly<Record<string, z.core.$ZodType>>, prefix = ""): string[] {
  return Object.entries(shape).flatMap(([key, type]) =>
    type instanceof z.ZodObject ? paths(type.shape, `${prefix}${key}.`) : [prefix + key],
  );
}

const sourceAt = (path: string): ts.SourceFile => {
  const file = join(root, path);
  return ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
};

/** The doc comments on fields of schemas in a source, which belong on the interfaces in sdk/ instead. */
function commentedFields(source: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isField = ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node);
    const [text = ""] = isField ? ts.getJSDocCommentsAndTags(node).map((doc) => doc.getText(source)) : [];
    if (effectsSaid(text).length > 0) found.push(node.getText(source).split("\n")[0] ?? "");
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The fields by their paths as in `onChange`: those of a nested object one by one, a list or map as a whole. */
const leaves = (fields: readonly DocumentedField[]): DocumentedField[] =>
  fields.flatMap((field) => (field.step === "." ? leaves(field.fields) : [field]));

const saidOf = (kind: string, fields: readonly DocumentedField[]): Record<string, string[]> => {
  expect(fields, kind).to.not.deep.equal([]);
  return Object.fromEntries(fields.map(({ path, doc }) => [path, effectsSaid(doc)]));
};

/** The words in a comment about a change of its field. */
const effectsSaid = (comment: string): string[] =>
  ["Replaces", "Updates in place"].filter((words) => new RegExp(`\\b${words}\\b`, "i").test(comment));

const effectsOf = (effect: Effect | undefined): string[] => {
  if (typeof effect === "function") return ["Replaces", "Updates in place"];
  return effect === "replace" ? ["Replaces"] : ["Updates in place"];
};

describe("completeness", () => {
  let classes: DocumentedClasses;

  before(async function () {
    this.timeout(120_000);
    classes = await documentedClasses();
  });

  it("every kind occurs, and only once", () => {
    const kinds = [...definitions, ...composites, ...assertions].map(({ kind }) => kind);
    expect(kinds).to.not.deep.equal([]);
    expect([...new Set(kinds)]).to.deep.equal(kinds);
  });

  it("every class of the SDK has a definition, or is a composite or an assertion", () => {
    const classes = Object.keys(sdk).filter((name) => /^[A-Z]/.test(name) && name !== "VethEnd");
    expect(classes.sort()).to.deep.equal(
      [...definitions, ...composites, ...assertions].map(({ kind }) => kind).sort(),
    );
  });

  const singles = [
    ...definitions.map((definition) => ({ folder: "kinds", ...definition })),
    ...assertions.map((assertion) => ({ folder: "assertions", ...assertion })),
  ];
  for (const { folder, kind, schema, onChange } of singles) {
    describe(kind, () => {
      itHasItsFiles(folder, kind);

      it("has an effect for a change of every field", () => {
        expect(Object.keys(onChange).sort()).to.deep.equal(paths(schema.shape).sort());
      });

      it("documents every argument, and the effect of a change", () => {
        expect(saidOf(kind, leaves(classes[kind]?.args ?? []))).to.deep.equal(
          Object.fromEntries(Object.entries(onChange).map(([path, effect]) => [path, effectsOf(effect)])),
        );
      });
    });
  }

  for (const { kind, schema, replaceOn } of composites) {
    describe(kind, () => {
      itHasItsFiles("composites", kind);

      it("documents every argument, and the effect of a change", () => {
        expect(saidOf(kind, classes[kind]?.args ?? [])).to.deep.equal(
          Object.fromEntries(
            Object.keys(schema.shape).map((path) => [
              path,
              effectsOf(replaceOn.includes(path) ? "replace" : "update"),
            ]),
          ),
        );
      });
    });
  }
});

describe("completeness of kinds of link", () => {
  it("every kind that creates a kernel link declares what trace, graph and doctor ask for", () => {
    const silent = definitions
      .filter(({ kind, links }) => !links && kind !== "OvsBridge")
      .filter((definition) => (goodArgs[definition.kind] ?? []).some((args) => claimsLink(definition, args)));
    expect(silent.map(({ kind }) => kind)).to.deep.equal([]);
  });

  it("every source in kinds/ that uses the machine is among the kinds", () => {
    const sources = readdirSync(join(root, "provider/kinds"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts") && !file.startsWith("links/"))
      .filter((file) => /= kindOfLink\(/.test(readFileSync(join(root, "provider/kinds", file), "utf8")));
    expect(sources.map((file) => file.replace(/\.ts$/, "")).sort()).to.deep.equal(
      kindsOfLink
        .map(({ kind }) => fileName(kind))
        .filter((name) => name !== "vethPair")
        .sort(),
    );
  });

  it("have no docs on their shared fields, as editors show those of the SDK", () => {
    expect(commentedFields(sourceAt("provider/kinds/links/fields.ts"))).to.deep.equal([]);
  });

  it("each has its own type", () => {
    const types = kindsOfLink.map(({ links }) => links.type);
    expect([...new Set(types)]).to.deep.equal(types);
  });

  for (const { kind, links } of kindsOfLink) {
    it(`${kind}: doctor tries it, and reports a kernel that lacks it`, () => {
      expect(FEATURES[links.type]).to.include({ config: links.kernel.config });
      expect(links.kernel.config).to.match(/^CONFIG_[A-Z0-9_]+$/);
    });

    it(`${kind}: the table of all kinds has a row for it`, () => {
      expect(readFileSync(join(root, "docs/kinds/README.md"), "utf8")).to.include(
        `| [${kind}](${fileName(kind)}.md) |`,
      );
    });
  }

  for (const { kind } of kindsByRows) {
    it(`${kind}: ${rowsFileOf(kind)} has its rows`, () => {
      expect(testedLinks.map((link) => link.kind)).to.include(kind);
    });

    it(`${kind}: its class is a Link, so that every reference to links accepts it`, () => {
      expect(Object.getPrototypeOf(Reflect.get(sdk, kind)).name).to.equal("Link");
    });
  }
});

/** Whether a resource claims the name of a link. */
function claimsLink(definition: Definition, args: Args): boolean {
  const { args: checked } = checkArgs(definition, { ...args, mark: markFor(definition.kind) });
  return definition.objectNames(checked).some((claim) => claim.startsWith("link "));
}

function itHasItsFiles(folder: string, kind: string): void {
  const name = fileName(kind);

  for (const path of filesOf(folder, kind)) {
    it(`has ${path}`, () => {
      expect(existsSync(join(root, path))).to.equal(true);
    });
  }

  it("has no docs on the fields of its schema, as editors show those of the SDK", () => {
    expect(commentedFields(sourceAt(schemaOf(folder, name)))).to.deep.equal([]);
  });

  it("has a class of its name, from its own file", () => {
    const index = readFileSync(join(root, "sdk/index.ts"), "utf8");
    expect(Reflect.get(sdk, kind)).to.be.a("function");
    expect(index).to.match(new RegExp(`export \\{[^}]*\\b${kind},[^}]*\\} from "./${name}"`));
  });
}
