import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { load } from "./load";

describe("scripts: which Pulumi CLI", () => {
  it("looks where npm's wrapper looks", async () => {
    const { cacheFolder, pulumiHome } = await load("pulumi");
    expect(cacheFolder("3.259.0", pulumiHome({ PULUMI_HOME: "/home/me/p" }))).to.equal(
      "/home/me/p/versions/3.259.0",
    );
    expect(pulumiHome({})).to.match(/\/\.pulumi$/);
  });

  it("puts the CLI first and the system's tools last on PATH", async () => {
    const { environment } = await load("environment");
    const { PATH, PULUMI_HOME } = environment("/cli", { PATH: "/usr/bin:/sbin", PULUMI_HOME: "/p" });
    expect(PATH).to.equal("/cli:/usr/bin:/sbin:/usr/local/sbin:/usr/sbin");
    expect(PULUMI_HOME).to.equal("/p");
  });
});

describe("scripts: a usable Pulumi CLI", () => {
  const good = "echo v3.259.0";
  // The content of each folder on PATH: its name, the text of `pulumi`, and the programs that it starts.
  type Folder = [name: string, pulumi: string, helpers: string[]];
  const host = "pulumi-language-nodejs";
  const all = [host, "pulumi-resource-pulumi-nodejs"];
  const cases: [title: string, path: Folder[], cached: boolean, found: string | undefined][] = [
    ["is the person's own", [["own", good, all]], true, "own"],
    [
      "is the first on PATH that will do",
      [
        ["old", "echo v3.99.0", all],
        ["own", good, all],
        ["next", good, all],
      ],
      true,
      "own",
    ],
    ["may be a build of one's own", [["own", "echo v3.230.0-dev.7", all]], true, "own"],
    ["is never npm's wrapper", [["node_modules/.bin", good, all]], true, "cache"],
    ["can start our providers", [["own", good, [host]]], true, "cache"],
    ["has its language host", [["own", good, all.slice(1)]], true, "cache"],
    [
      "may have its language host elsewhere on PATH",
      [
        ["own", good, []],
        ["broken", "exit 1", all],
      ],
      true,
      "own",
    ],
    ["is not too old for us", [["own", "echo v3.99.0", all]], true, "cache"],
    ["runs", [["own", "exit 1", all]], true, "cache"],
    ["is in the cache if PATH has none", [], true, "cache"],
    ["may be nowhere", [["own", "exit 1", all]], false, undefined],
  ];
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "find-pulumi-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const place = (bin: string, pulumi: string, helpers: string[]) => {
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, "pulumi"), `#!/bin/sh\n${pulumi}\n`, { mode: 0o755 });
    for (const helper of helpers) writeFileSync(join(bin, helper), "", { mode: 0o755 });
  };

  for (const [title, path, cached, found] of cases) {
    it(title, async () => {
      const { cacheFolder, findPulumi, pinnedVersion } = await load("pulumi");
      const bin = (name: string) => join(folder, name);
      const cache = join(cacheFolder(pinnedVersion(), folder), "bin");
      for (const [name, pulumi, helpers] of path) place(bin(name), pulumi, helpers);
      if (cached) place(cache, good, all);
      const env = { PATH: path.map(([name]) => bin(name)).join(":"), PULUMI_HOME: folder };
      const expected = found === "cache" ? cache : found && bin(found);
      expect(await findPulumi(env)).to.equal(expected);
    });
  }
});
