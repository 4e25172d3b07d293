import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { inRoot } from "./paths.mjs";
import { Problem, tail } from "./problem.mjs";
import { dynamicProviders, languageHost } from "./pulumi.mjs";
import { run } from "./run.mjs";
import { step } from "./terminal.mjs";
import { isAtLeast, versionIn } from "./versions.mjs";

const pulumiModule = "github.com/pulumi/pulumi";

const cli = {
  command: "pulumi",
  source: inRoot("scripts", "pulumi-cli"),
  target: `${pulumiModule}/pkg/v3/cmd/pulumi`,
  linkerFlags: (version) => `-s -w -X ${pulumiModule}/sdk/v3/go/common/version.Version=v${version}`,
};

const host = {
  command: languageHost,
  source: inRoot("scripts", "pulumi-language-nodejs"),
  target: `${pulumiModule}/sdk/v3/nodejs/cmd/${languageHost}`,
  linkerFlags: () => "-s -w",
};

/** Builds the CLI and its Node language host from the pinned modules into `<folder>/bin`, all or nothing. */
export async function buildWithGo(version, folder) {
  await requireGo(version);
  mkdirSync(dirname(folder), { recursive: true });
  const made = mkdtempSync(`${folder}-`);
  const remove = () => rmSync(made, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    await step("Pulumi CLI", `no download, so build ${version} with Go: takes a few minutes, once`, () =>
      build(cli, version, made),
    );
    await step("language host", "build with Go, so that Pulumi runs TypeScript", () =>
      build(host, version, made),
    );
    copyFileSync(
      inRoot("node_modules", "@pulumi", "pulumi", dynamicProviders),
      join(made, "bin", dynamicProviders),
    );
    chmodSync(made, 0o755);
    rmSync(folder, { recursive: true, force: true });
    renameSync(made, folder);
  } finally {
    remove();
    process.off("exit", remove);
  }
}

async function build({ command, source, target, linkerFlags }, version, folder) {
  const { code, output } = await run(
    "go",
    ["build", "-ldflags", linkerFlags(version), "-o", join(folder, "bin", command), target],
    { cwd: source, env: { ...process.env, GOFLAGS: "-buildvcs=false -mod=readonly" } },
  );
  if (code === 0) return;
  throw new Problem(`Go could not build ${command}.`, {
    details: tail(output),
    why: "Pulumi creates the network, and its download was out of reach",
    how: installPulumi,
  });
}

const installPulumi = "install Pulumi from https://www.pulumi.com/docs/install/";

const requiredGo = (goMod) => /^go (\S+)$/m.exec(goMod)[1];

async function requireGo(version) {
  const required = requiredGo(readFileSync(join(cli.source, "go.mod"), "utf8"));
  // Inside the module, a Go that downloads toolchains answers for the one it would use.
  const { code, output } = await run("go", ["version"], { cwd: cli.source });
  const found = code === 0 ? /go version go(\S+)/.exec(output)?.[1] : undefined;
  if (found && isAtLeast(versionIn(found), required)) return;
  throw new Problem("There is no Pulumi CLI.", {
    details: code === 127 ? "Go is not installed." : tail(output, 3),
    why: `Pulumi creates the network; get.pulumi.com is out of reach and building ${version} takes Go ${required} or newer`,
    how: `${installPulumi}\nor Go from https://go.dev/doc/install, then type the same command again`,
  });
}
