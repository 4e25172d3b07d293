import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import ts from "typescript";
import { unshareArguments } from "../../cli/sandbox/holder";

const root = resolve(__dirname, "../..");

const sources = ["provider", "cli", "sdk"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(folder, file)),
);

/** The allowed functions that start processes: each takes a program and a list of words. */
const STARTERS: Readonly<Record<string, readonly string[]>> = {
  "node:child_process": ["spawn", "fork", "ChildProcess", "ChildProcessWithoutNullStreams"],
  execa: ["execa"],
};

/** Names that start a shell, or a program from a single text. */
const SHELLS = /^(exec|execSync|execFileSync|execaCommand|execaCommandSync|\$|eval|Function)$/;

/** The places in a source that could bring text before a shell, as `FILE: TEXT`. */
function shellsIn(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (isSuspect(node)) found.push(`${file}: ${node.getText(source)}`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isSuspect(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) return !takesStartersOnly(node);
  if (ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node))
    return node.name.getText() === "shell";
  if (ts.isTaggedTemplateExpression(node)) return SHELLS.test(node.tag.getText());
  return ts.isCallExpression(node) && (SHELLS.test(node.expression.getText()) || startsText(node));
}

function takesStartersOnly({ moduleSpecifier, importClause }: ts.ImportDeclaration): boolean {
  const module = ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : "";
  const allowed = STARTERS[module] ?? (/child_process/.test(module) ? [] : undefined);
  if (allowed === undefined) return true;
  const bindings = importClause?.namedBindings;
  if (!bindings || !ts.isNamedImports(bindings)) return false;
  return bindings.elements.every(({ propertyName, name }) => allowed.includes((propertyName ?? name).text));
}

/** A starter called with a single text, or with words that are not a list. */
function startsText({ expression, arguments: given }: ts.CallExpression): boolean {
  if (!["spawn", "execa"].includes(expression.getText())) return false;
  const [, words] = given;
  return words === undefined || ts.isStringLiteralLike(words) || ts.isTemplateExpression(words);
}

describe("nothing reaches a shell", () => {
  it("in any source", () => {
    expect(sources).to.have.length.of.at.least(50);
    const found = sources.flatMap((file) => shellsIn(file, readFileSync(join(root, file), "utf8")));
    expect(found).to.deep.equal([]);
  });

  const suspects = [
    'spawn("ls", [], { shell: true })',
    "execa(file, words, { shell })",
    'spawn("ls -l")',
    'exec("ls")',
    'execSync("ls")',
    'execaCommand("ls")',
    "$`ls`",
    'eval("1")',
    'import { exec } from "node:child_process"',
    'import { exec as spawn } from "node:child_process"',
    'import * as processes from "node:child_process"',
    'import { spawn } from "child_process"',
    'import { $ } from "execa"',
  ];
  for (const text of suspects)
    it(`finds ${text}`, () => expect(shellsIn("x.ts", text)).to.have.length.of.at.least(1));

  it("except for the sandbox's own script, which takes words as words", () => {
    const hostile = ["$(id)", "; id", "`id`", "a b", '"', "'", "\n", "-x"];
    const [before, script, after] = parts(unshareArguments(true, hostile));
    expect(before.slice(-2)).to.deep.equal(["sh", "-c"]);
    expect(script).to.equal(parts(unshareArguments(true, []))[1]);
    expect(after).to.deep.equal(["sh", ...hostile]);
    // Every word is used in quotes, and nothing is evaluated twice.
    expect(script.replace(/"\$(@|#|\d)"|"\/tmp\/\$1"/g, "")).to.not.match(/\$[@*#\d{(]|`|\beval\b/);
  });

  it("and that is the only place where a shell gets a script", () => {
    const scripts = sources.filter((file) => /"-c"/.test(readFileSync(join(root, file), "utf8")));
    expect(scripts).to.deep.equal(["cli/sandbox/holder.ts"]);
  });
});

/** The words up to `-c`, the script, and the words after it. */
function parts(words: readonly string[]): [string[], string, string[]] {
  const at = words.indexOf("-c");
  return [words.slice(0, at + 1), words[at + 1] ?? "", words.slice(at + 2)];
}
