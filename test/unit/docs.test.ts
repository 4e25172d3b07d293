import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { assertions } from "../../provider/assertions";
import type { Effect } from "../../provider/engine/definition";
import { definitions } from "../../provider/kinds";
import { linksIn } from "../support/markdown";
import { typeErrors } from "../support/typeErrors";

const root = resolve(__dirname, "..", "..");
const read = (file: string) => readFileSync(join(root, file), "utf8");

const markdownIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    // `npm run docs` writes docs/api; examples may have their dependencies installed.
    .filter((file) => !file.startsWith("docs/api/") && !file.includes("node_modules/"))
    .sort();

const pages = [
  ...readdirSync(root).filter((name) => name.endsWith(".md")),
  ...["docs", "examples", "templates"].flatMap(markdownIn),
];
const kindPages = pages.filter((file) => file.startsWith("docs/kinds/"));

interface Row {
  readonly paths: readonly string[];
  readonly effect: string;
}

type Rows = Readonly<Record<string, readonly Row[]>>;

interface Tables {
  argumentRows(): Rows;
  outdatedPages(rows: Rows): { file: string }[];
}

/** The script is plain JavaScript, because it runs without a build. */
const tables = (): Promise<Tables> =>
  import(pathToFileURL(join(root, "scripts", "argument-tables.mjs")).href);

describe("docs: argument tables", () => {
  let rows: Rows;

  before(async () => {
    rows = (await tables()).argumentRows();
  });

  it("equal the sources; else run node scripts/argument-tables.mjs", async () => {
    expect((await tables()).outdatedPages(rows).map(({ file }) => file)).to.deep.equal([]);
  });

  it("have names where doc comments have links", () => {
    expect(kindPages.filter((file) => read(file).includes("{@link"))).to.deep.equal([]);
  });

  for (const { kind, onChange } of [...definitions, ...assertions]) {
    it(`say about a change of ${kind} what its definition says`, () => {
      const documented = rows[`${kind[0]?.toLowerCase()}${kind.slice(1)}`] ?? [];
      const said = Object.keys(onChange).map((path) => [
        path,
        effectsIn(documented.find(({ paths }) => paths.includes(path))?.effect ?? ""),
      ]);
      expect(said).to.deep.equal(Object.entries(onChange).map(([path, effect]) => [path, effectsOf(effect)]));
    });
  }
});

/** A default that depends on other values may be written either way. */
const effectsOf = (effect: Effect): string[] =>
  typeof effect === "string" ? [effect] : ["update", "replace"];

const effectsIn = (words: string): string[] => [
  ...(words.startsWith("Updates in place") ? ["update"] : []),
  ...(/\breplaces\b/i.test(words) ? ["replace"] : []),
];

describe("docs: links", () => {
  for (const file of pages) {
    it(`of ${file} have existing targets`, () => {
      expect(linksIn(read(file)).filter((link) => !leadsSomewhere(file, link))).to.deep.equal([]);
    });
  }
});

function leadsSomewhere(from: string, link: string): boolean {
  const [path = "", heading] = link.split("#");
  const target = path === "" ? from : join(dirname(from), path);
  if (!existsSync(join(root, target))) return false;
  return heading === undefined || !target.endsWith(".md") || anchorsIn(read(target)).includes(heading);
}

/** The anchors that GitHub gives to headings. */
const anchorsIn = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );

describe("docs: messages of failed commands", () => {
  const sources = readdirSync(join(root, "provider"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");

  for (const file of pages.filter((page) => leadsIn(read(page)).length > 0)) {
    it(`of ${file} begin as the provider writes them`, () => {
      expect(leadsIn(read(file)).filter((lead) => !sources.includes(lead))).to.deep.equal([]);
    });
  }
});

/** The beginnings of messages in the first columns of error tables, up to the command. */
function leadsIn(text: string): string[] {
  const tables = [...text.matchAll(/^\| Message \|.*\n((?:\|.*\n)+)/gm)].map(([, rows = ""]) => rows);
  const beginning = /^\| `+ ?([a-z][a-z ,:]+): (?:…|`|iptables |nft |firewall-cmd )/gm;
  return tables.flatMap((rows) => [...rows.matchAll(beginning)].flatMap(([, lead]) => lead ?? []));
}

describe("docs: examples", () => {
  it("compile", () => {
    const blocks = new Map(["README.md", ...kindPages].flatMap(blocksOf));
    const found = typeErrors(blocks).map(({ file, message }) => `${relative(root, file)}: ${message}`);
    expect(found).to.deep.equal([]);
  });
});

/** The TypeScript blocks of a page, one file per block. The name of a file has the line at which the block begins. */
function blocksOf(file: string): [string, string][] {
  const text = read(file);
  return [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(({ 1: code = "", index }) => {
    const line = text.slice(0, index).split("\n").length + 1;
    return [join(root, `${file}.${line}.ts`), code];
  });
}
