import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { root } from "./stack";

interface Tarball {
  readonly path: string;
  /** The paths of its files, relative to the package. */
  readonly files: readonly string[];
}

const Packed = z.tuple([z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) })]);

/** Writes the tarball that npm would publish to `folder`, from `dist` as it is. */
export async function pack(folder: string): Promise<Tarball> {
  const words = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const { stdout } = await execa("npm", words, { cwd: root });
  const [{ filename, files }] = Packed.parse(JSON.parse(stdout));
  return { path: join(folder, filename), files: files.map(({ path }) => path) };
}

/** Unpacks a tarball as npm does at installation. */
export async function unpack(tarball: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  await execa("tar", ["--extract", "--strip-components=1", "--file", tarball, "--directory", target]);
}
