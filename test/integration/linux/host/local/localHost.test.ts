import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { ip } from "../../../../../provider/linux/command";
import type { localHost } from "../../../../../provider/linux/host/local/localHost";
import { onKernel } from "../../../../support/kernel";

const MODULES = /\/provider\/linux\/host\/.*\.ts$/;

/** The host of a provider that has just started, with `folder` first on its PATH. */
function newHost(folder: string): typeof localHost {
  const { PATH } = process.env;
  const loaded = Object.entries(require.cache).filter(([file]) => MODULES.test(file));
  const forget = () => {
    for (const file of Object.keys(require.cache)) if (MODULES.test(file)) delete require.cache[file];
  };
  forget();
  process.env["PATH"] = `${folder}:${PATH}`;
  try {
    return require("../../../../../provider/linux/host/local/localHost").localHost;
  } finally {
    process.env["PATH"] = PATH;
    forget();
    Object.assign(require.cache, Object.fromEntries(loaded));
  }
}

describe("the first namespaces of a run", () => {
  onKernel();

  const names = Array.from({ length: 16 }, (_, at) => `it-${at}`);
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "it-flock-"));
    const counting = `#!/bin/sh\necho started >> ${folder}/log\nPATH=\${PATH#*:} exec flock "$@"\n`;
    await writeFile(join(folder, "flock"), counting);
    await chmod(join(folder, "flock"), 0o755);
  });

  afterEach(() => rm(folder, { recursive: true }));

  it("are created at once, and only one of them takes the lock", async () => {
    const host = newHost(folder);
    await Promise.all(names.map((name) => host.run(ip(undefined, "netns", "add", name))));
    expect(await readFile(join(folder, "log"), "utf8")).to.equal("started\n");
  });

  it("are created by the next one if the first fails", async () => {
    const host = newHost(folder);
    await host.run(ip(undefined, "netns", "add", "it-0"));
    const other = newHost(folder);
    const made = await Promise.allSettled(
      names.slice(0, 3).map((name) => other.run(ip(undefined, "netns", "add", name))),
    );
    expect(made.map(({ status }) => status)).to.deep.equal(["rejected", "fulfilled", "fulfilled"]);
    expect(await readFile(join(folder, "log"), "utf8")).to.equal("started\n".repeat(3));
  });
});
