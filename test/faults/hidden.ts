import { mkdir, mkdtemp, readdir, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";

/** Does some work on a machine without `tool`. Only in a sandbox, which has its own mounts. */
export async function without<T>(tool: string, path: string, work: () => Promise<T>): Promise<T> {
  const scratch = await mkdtemp(join(tmpdir(), "pulumi-netns-hidden-"));
  const folders = await foldersWith(tool, path);
  const hidden: string[] = [];
  try {
    for (const folder of folders) {
      await hide(tool, folder, join(scratch, String(hidden.length)));
      hidden.push(folder);
    }
    return await work();
  } finally {
    // One after the other: `umount` itself comes from the second folder while the first is mounted.
    for (const [at, folder] of hidden.entries()) {
      for (const mount of [folder, join(scratch, String(at), "all")]) await execa("umount", [mount]);
    }
    await rm(scratch, { recursive: true });
  }
}

/** Mounts a folder of links to everything except `tool` over `folder`. */
async function hide(tool: string, folder: string, scratch: string): Promise<void> {
  const [all, links] = [join(scratch, "all"), join(scratch, "links")];
  for (const made of [all, links]) await mkdir(made, { recursive: true });
  await execa("mount", ["--bind", folder, all]);
  for (const name of await readdir(all)) {
    if (name !== tool) await symlink(join(all, name), join(links, name));
  }
  await execa("mount", ["--bind", links, folder]);
}

/** The folders with `tool`, each once under any name. The provider searches the last two as well. */
async function foldersWith(tool: string, path: string): Promise<string[]> {
  const folders = [...path.split(delimiter), "/usr/sbin", "/sbin"];
  const real = await Promise.all(folders.map((folder) => realpath(folder).catch(() => undefined)));
  const names = await Promise.all(
    [...new Set(real)].map(async (folder) => {
      const entries = folder === undefined ? [] : await readdir(folder);
      return entries.includes(tool) ? [folder ?? ""] : [];
    }),
  );
  return names.flat();
}
