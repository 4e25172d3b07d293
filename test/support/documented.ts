import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** An argument as its doc comment and type describe it. */
export interface DocumentedField {
  readonly name: string;
  readonly path: string;
  readonly doc: string;
  readonly isRequired: boolean;
  readonly isReference: boolean;
  /** Whether a list accepts texts beside objects. */
  readonly hasTexts: boolean;
  /** The step to the nested fields: `.` into an object, `.*.` into a map, `[].` into a list. */
  readonly step?: string;
  readonly fields: readonly DocumentedField[];
}

/** An exported class. */
interface DocumentedClass {
  readonly summary: string;
  readonly args: readonly DocumentedField[];
  readonly outputs: readonly { readonly name: string; readonly doc: string }[];
}

export type DocumentedClasses = Readonly<Record<string, DocumentedClass>>;

interface Script {
  documentedClasses(entry?: string): DocumentedClasses;
}

/** The exported classes with their docs. The script is plain JavaScript, because it runs without a build. */
export async function documentedClasses(entry?: string): Promise<DocumentedClasses> {
  const file = join(resolve(__dirname, "../.."), "scripts", "lib", "argument-docs.mjs");
  const script: Script = await import(pathToFileURL(file).href);
  return script.documentedClasses(entry);
}
