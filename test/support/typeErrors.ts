import { join, resolve } from "node:path";
import ts from "typescript";

const root = resolve(__dirname, "../..");

/** An error of the TypeScript compiler; lines count from 1. */
export interface TypeError {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** Type-checks in-memory files against the sources of `pulumi-netns`. */
export function typeErrors(files: ReadonlyMap<string, string>): TypeError[] {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const wanted = { ...options, noEmit: true, paths: { "pulumi-netns": [join(root, "sdk", "index.ts")] } };
  const host = ts.createCompilerHost(wanted);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.getSourceFile = (name, languageVersion, ...rest) => {
    const text = files.get(name);
    return text === undefined
      ? getSourceFile(name, languageVersion, ...rest)
      : ts.createSourceFile(name, text, languageVersion);
  };
  const program = ts.createProgram([...files.keys()], wanted, host);
  return [...files.keys()].flatMap((file) => {
    const source = program.getSourceFile(file);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ messageText, start = 0 }) => ({
      file,
      line: (source?.getLineAndCharacterOfPosition(start).line ?? 0) + 1,
      message: ts.flattenDiagnosticMessageText(messageText, "\n"),
    }));
  });
}
