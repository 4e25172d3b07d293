import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { root } from "./stack";

export interface Registry {
  /** The settings with which npm installs only from it. */
  readonly env: Readonly<Record<string, string>>;
  stop(): void;
}

interface Release {
  readonly manifest: { readonly name: string; readonly version: string };
  tar(): Promise<Uint8Array>;
}

/** An npm registry on this machine, with our tarball and the packages of `node_modules`, because a sandbox has no internet. */
export async function startRegistry(tarball: string, cache: string): Promise<Registry> {
  const releases = [await ownRelease(tarball), ...(await installed())];
  const server = createServer((request, response) => {
    answer(releases, request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A failed test may not stop it, and must still let the process end.
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    env: {
      npm_config_registry: `http://127.0.0.1:${port}/`,
      npm_config_cache: cache,
      npm_config_audit: "false",
      npm_config_fund: "false",
      npm_config_update_notifier: "false",
    },
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(releases: readonly Release[], request: IncomingMessage, response: ServerResponse) {
  const path = decodeURIComponent(request.url ?? "/").slice(1);
  const [name, version] = path.split("/-/");
  const found = releases.filter(({ manifest }) => manifest.name === name);
  const wanted = found.find(({ manifest }) => `${manifest.version}.tgz` === version);
  if (wanted) response.end(await wanted.tar());
  else if (version === undefined && found.length > 0)
    response.end(JSON.stringify(packument(`http://${request.headers.host}`, found)));
  else response.writeHead(404).end("{}");
}

const packument = (url: string, releases: readonly Release[]) => ({
  name: releases[0]?.manifest.name,
  "dist-tags": { latest: releases[0]?.manifest.version },
  versions: Object.fromEntries(
    releases.map(({ manifest: { name, version, ...others } }) => [
      version,
      { name, version, ...others, dist: { tarball: `${url}/${name}/-/${version}.tgz` } },
    ]),
  ),
});

const Manifest = z.looseObject({ name: z.string(), version: z.string() });

async function ownRelease(tarball: string): Promise<Release> {
  const manifest = Manifest.parse(JSON.parse(await readFile(join(root, "package.json"), "utf8")));
  return { manifest, tar: () => readFile(tarball) };
}

const Lock = z.object({ packages: z.record(z.string(), z.unknown()) });

/** The packages at the top of `node_modules` come first: those are the versions that we name ourselves. */
async function installed(): Promise<Release[]> {
  const lock = Lock.parse(JSON.parse(await readFile(join(root, "package-lock.json"), "utf8")));
  const folders = Object.keys(lock.packages)
    .filter((path) => path.startsWith("node_modules/"))
    .sort((a, b) => a.split("node_modules/").length - b.split("node_modules/").length)
    .map((path) => join(root, path))
    // npm omits packages for other platforms, and links the examples.
    .filter((folder) => existsSync(join(folder, "package.json")) && !folder.includes("netns-example-"));
  return Promise.all(
    folders.map(async (folder) => ({
      manifest: Manifest.parse(JSON.parse(await readFile(join(folder, "package.json"), "utf8"))),
      tar: () => tarOf(folder),
    })),
  );
}

async function tarOf(folder: string): Promise<Uint8Array> {
  const words = [
    "--create",
    "--directory",
    folder,
    "--exclude=./node_modules",
    "--transform=s,^\\.,package,",
    ".",
  ];
  const { stdout } = await execa("tar", words, { encoding: "buffer", maxBuffer: 100_000_000 });
  return stdout;
}
