import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { linksIn } from "../support/markdown";
import { differences, picture } from "../support/picture";
import { ExampleStack, root } from "../support/stack";
import { pack, unpack } from "../support/tarball";

/** The tarball that npm would publish. */
describe("the package", function () {
  this.timeout(600_000);
  let tarball: string;
  let files: readonly string[];
  let target: string;
  let stack: ExampleStack;

  /** Replaces the installed package under any version, as `npm install` does. */
  async function install(version: string): Promise<void> {
    await rm(target, { recursive: true, force: true });
    await unpack(tarball, target);
    const manifest = join(target, "package.json");
    await writeFile(manifest, JSON.stringify({ ...JSON.parse(await readFile(manifest, "utf8")), version }));
  }

  before(async () => {
    stack = await ExampleStack.of("two-rooms");
    target = join(stack.folder, "node_modules", "pulumi-netns");
    ({ path: tarball, files } = await pack(stack.folder));
    await unpack(tarball, target);
    const resolved = await execa(process.execPath, ["--print", 'require.resolve("pulumi-netns/provider")'], {
      cwd: stack.folder,
    });
    expect(resolved.stdout).to.equal(join(target, "dist", "provider", "adapter", "dynamic.js"));
  });
  after(() => stack.remove());

  it("holds what a user needs and nothing else", () => {
    const kinds = new Set(
      files.map((file) =>
        file.replace(/^(dist\/\w+|docs\/(?:adr|kinds)|examples\/[\w-]+)\/.*?((?:\.d)?\.\w+)$/, "$1/*$2"),
      ),
    );
    const examples = ["firewall", "gateway", "port-forward", "seed", "star", "switch", "two-rooms"];
    expect([...kinds].sort()).to.deep.equal(
      [
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "README.md",
        "SECURITY.md",
        "bench/README.md",
        "bench/results/latest-star-destroy.svg",
        "bench/results/latest-star-up.svg",
        "bench/results/latest.json",
        "bench/results/latest.md",
        "dist/cli/*.d.ts",
        "dist/cli/*.js",
        "dist/provider/*.d.ts",
        "dist/provider/*.js",
        "dist/sdk/*.d.ts",
        "dist/sdk/*.js",
        "docs/adr/*.md",
        "docs/beside.md",
        "docs/ci.md",
        "docs/ci/github-actions.yml",
        "docs/doctor.md",
        "docs/gc.md",
        "docs/graph.md",
        "docs/guarantees.md",
        "docs/hosts.md",
        "docs/kinds/*.json",
        "docs/kinds/*.md",
        "docs/network.svg",
        "docs/performance.md",
        "docs/sandbox.md",
        "docs/trace.md",
        "docs/troubleshooting.md",
        "examples/README.md",
        ...examples.flatMap((name) =>
          [".json", ".md", ".ts", ".yaml"].map((end) => `examples/${name}/*${end}`),
        ),
        "package.json",
        "templates/netns-typescript/Pulumi.yaml",
        "templates/netns-typescript/README.md",
        "templates/netns-typescript/index.ts",
        "templates/netns-typescript/package.json",
        "templates/netns-typescript/tsconfig.json",
      ].sort(),
    );
  });

  // The registry resolves the links of README.md against `repository`; a reader of node_modules only has the files.
  it("holds the target of every link in it", async () => {
    const pages = files.filter((file) => file.endsWith(".md"));
    const broken = await Promise.all(
      pages.map(async (page) => {
        const links = linksIn(await readFile(join(target, page), "utf8"));
        return links.filter((link) => !holds(page, link)).map((link) => `${page}: ${link}`);
      }),
    );
    expect(broken.flat()).to.deep.equal([]);
  });

  /** A link to a folder shows the files in it. */
  function holds(page: string, link: string): boolean {
    const [path = ""] = link.split("#");
    const file = path === "" ? page : normalize(join(dirname(page), path)).replace(/\/$/, "");
    return files.some((one) => one === file || one.startsWith(`${file}/`));
  }

  it("has no complaint from publint", async () => {
    await execa("publint", ["run", tarball, "--strict"], { preferLocal: true, localDir: root });
  });

  // The profile omits Node.js 10, which does not know `exports`.
  it("has types for every way of importing", async () => {
    const words = [tarball, "--profile", "node16", "--no-definitely-typed", "--format", "ascii"];
    await execa("attw", words, { preferLocal: true, localDir: root });
  });

  it("runs in a project that has installed it", async () => {
    expect(await stack.up()).to.deep.equal({ create: 6 });
    await stack.destroy();
  });

  it("replaces an older version and keeps the state: nothing changes, and everything works", async () => {
    expect(await stack.up()).to.deep.equal({ create: 6 });
    const before = await picture();
    await install("0.2.0");
    expect(await stack.preview()).to.deep.equal({});
    expect(await stack.up()).to.deep.equal({});
    expect(await stack.refresh()).to.deep.equal({});
    expect(differences(before, await picture())).to.deep.equal({ missing: [], extra: [] });
    await stack.edit(["192.168.15.2/24", "192.168.15.3/24"]);
    expect(await stack.up()).to.deep.equal({ replace: 1 });
    await install("0.1.0");
    expect(await stack.preview()).to.deep.equal({});
    await install("0.2.0");
    await stack.destroy();
    expect((await picture()).filter((line) => line.includes("veth-red"))).to.deep.equal([]);
  });
});
