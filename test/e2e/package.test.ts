import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { ExampleStack, root } from "../support/stack";

/** The tarball that npm would publish. */
describe("the package", function () {
  this.timeout(60_000);
  let files: readonly string[];
  let stack: ExampleStack;

  before(async () => {
    stack = await ExampleStack.of("two-rooms");
    const target = join(stack.folder, "node_modules", "pulumi-netns");
    await mkdir(target, { recursive: true });
    const packed = await execa(
      "npm",
      ["pack", "--ignore-scripts", "--json", "--pack-destination", stack.folder],
      {
        cwd: root,
      },
    );
    const [{ filename, files: listed }] = JSON.parse(packed.stdout);
    files = listed.map(({ path }: { path: string }) => path);
    await execa("tar", [
      "--extract",
      "--strip-components=1",
      "--file",
      join(stack.folder, filename),
      "--directory",
      target,
    ]);
    const resolved = await execa(process.execPath, ["--print", 'require.resolve("pulumi-netns/provider")'], {
      cwd: stack.folder,
    });
    expect(resolved.stdout).to.equal(join(target, "dist", "provider", "dynamic.js"));
  });
  after(() => stack.remove());

  it("holds what a user needs and nothing else", () => {
    const kinds = new Set(
      files.map((file) => file.replace(/^(dist\/\w+|docs\/(?:adr|kinds))\/.*(\.d\.ts|\.js|\.md)$/, "$1/*$2")),
    );
    expect([...kinds].sort()).to.deep.equal([
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "dist/cli/*.d.ts",
      "dist/cli/*.js",
      "dist/provider/*.d.ts",
      "dist/provider/*.js",
      "dist/sdk/*.d.ts",
      "dist/sdk/*.js",
      "docs/adr/*.md",
      "docs/beside.md",
      "docs/doctor.md",
      "docs/gc.md",
      "docs/graph.md",
      "docs/guarantees.md",
      "docs/kinds/*.md",
      "docs/performance.md",
      "docs/sandbox.md",
      "docs/trace.md",
      "docs/troubleshooting.md",
      "package.json",
    ]);
  });

  it("runs in a project that has installed it", async () => {
    expect(await stack.up()).to.deep.equal({ create: 6 });
    await stack.destroy();
  });
});
