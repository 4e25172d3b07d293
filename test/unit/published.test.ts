import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { z } from "zod";
import { targetsIn } from "../support/markdown";

const root = resolve(__dirname, "..", "..");
const read = (...file: string[]) => readFileSync(join(root, ...file), "utf8");

const Package = z.looseObject({
  name: z.string(),
  version: z.string(),
  author: z.string(),
  homepage: z.string(),
  bugs: z.object({ url: z.string() }),
  repository: z.object({ type: z.literal("git"), url: z.string() }),
  scripts: z.record(z.string(), z.string()),
  peerDependencies: z.record(z.string(), z.string()),
});
const ours = Package.parse(JSON.parse(read("package.json")));
const template = z
  .looseObject({
    scripts: z.record(z.string(), z.string()),
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(read("templates", "netns-typescript", "package.json")));

const top = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];
const pages = [...top, "docs/ci.md", "examples/README.md", "templates/netns-typescript/README.md"];

describe("published: package.json", () => {
  const address = ours.repository.url.replace(/^git\+(.*)\.git$/, "$1");

  it("has one address for repository, home page and issues", () => {
    expect(address).to.match(/^https:\/\/github\.com\/[\w-]+\/[\w-]+$/);
    expect(ours.homepage).to.equal(`${address}#readme`);
    expect(ours.bugs.url).to.equal(`${address}/issues`);
    expect(ours.author).to.equal(`${ours.name} contributors`);
  });

  for (const page of [...pages, "docs/ci/github-actions.yml"]) {
    it(`has the address that ${page} names, and the files there exist`, () => {
      const named = [...read(page).matchAll(/https:\/\/github\.com\/[\w-]+\/pulumi-netns\b[^\s)]*/g)].map(
        ([url]) => url,
      );
      for (const url of named) expect(url).to.match(new RegExp(`^${address}(/|$)`));
      const files = named.flatMap((url) => /\/blob\/main\/(.*)/.exec(url)?.[1] ?? []);
      expect(files.filter((file) => !existsSync(join(root, file)))).to.deep.equal([]);
    });
  }
});

describe("published: README.md", () => {
  it("opens with what this is, its picture and the two commands to try it", () => {
    const opening = read("README.md").split("\n").slice(0, 14).join("\n");
    expect(targetsIn(opening)).to.include("docs/network.svg");
    expect(opening)
      .to.match(/^\$ npm run quickstart /m)
      .and.to.match(/^\$ npm run quickstart -- down /m);
  });

  it("has links to the web, and relative ones to files", () => {
    const odd = targetsIn(read("README.md")).filter(
      (link) => !/^(https:\/\/|\w[\w./-]*(#[\w-]+)?$)/.test(link),
    );
    expect(odd).to.deep.equal([]);
  });

  it("shows the program of the template", () => {
    const [, program] = /^```ts\n(.*?)^```/ms.exec(read("README.md")) ?? [];
    expect(program).to.equal(read("templates", "netns-typescript", "index.ts"));
  });
});

describe("published: commands", () => {
  for (const page of pages) {
    it(`in ${page} exist`, () => {
      const named = [...read(page).matchAll(/\bnpm run ([\w-]+)/g)].flatMap(([, script]) => script ?? []);
      const known = new Set([...Object.keys(ours.scripts), ...Object.keys(template.scripts)]);
      expect(named.filter((script) => !known.has(script))).to.deep.equal([]);
    });
  }

  it("of pulumi-netns in the pages exist", () => {
    const commands = readdirSync(join(root, "cli"), { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? entry.name : [],
    );
    const named = pages.flatMap((page) => [...read(page).matchAll(/(?:npx |`)pulumi-netns ([a-z]+)\b/g)]);
    expect(named.map(([, command]) => command))
      .to.include("sandbox")
      .and.to.include("trace");
    expect(named.filter(([, command = ""]) => !commands.includes(command))).to.deep.equal([]);
  });
});

describe("published: the template", () => {
  it("requires this version, and the Pulumi that it needs", () => {
    expect(template.dependencies["pulumi-netns"]).to.equal(`^${ours.version}`);
    const [, oldest] = /^>=(\S+) <4$/.exec(ours.peerDependencies["@pulumi/pulumi"] ?? "") ?? [];
    expect(template.dependencies["@pulumi/pulumi"]).to.equal(`^${oldest}`);
  });

  it("requires the compiler of the examples", () => {
    const example = JSON.parse(read("examples", "seed", "package.json"));
    const asked = Object.entries(template.devDependencies).map(([name, range]) => [
      name,
      range.replace("^", ""),
    ]);
    expect(Object.fromEntries(asked)).to.deep.equal(example.devDependencies);
    expect(read("templates", "netns-typescript", "tsconfig.json")).to.equal(
      read("examples", "seed", "tsconfig.json"),
    );
  });
});

describe("published: CHANGELOG.md", () => {
  const versions = [...read("CHANGELOG.md").matchAll(/^## (.*)$/gm)].map(([, heading = ""]) => heading);

  it("begins with this version", () => {
    expect(versions[0]).to.match(new RegExp(`^${ours.version.replaceAll(".", "\\.")} `));
  });
  it("has a date for each version", () => {
    for (const version of versions) expect(version).to.match(/^\d+\.\d+\.\d+ \(.*\d{4}-\d\d-\d\d.*\)$/);
  });
});
