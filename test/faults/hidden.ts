import { mkdir, mkdtemp, readdir, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";

/** Does some work on a machine that lacks `tool`. Only inside a sandbox, whose mounts are its own. */
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
    // One after the other: while the first is there, `umount` itself runs from the second.
    for (const [at, folder] of hidden.entries()) {
      for (const mount of [folder, join(scratch, String(at), "all")]) await execa("umount", [mount]);
    }
    await rm(scratch, { recursive: true });
  }
}

/** Puts a folder of links to everything but `tool` in the place of `folder`. */
async function hide(tool: string, folder: string, scratch: string): Promise<void> {
  const [all, links] = [join(scratch, "all"), join(scratch, "links")];
  for (const made of [all, links]) await mkdir(made, { recursive: true });
  await execa("mount", ["--bind", folder, all]);
  for (const name of await readdir(all)) {
    if (name !== tool) await symlink(join(all, name), join(links, name));
  }
  await execa("mount", ["--bind", links, folder]);
}

/** Where `tool` lies: each folder once, whatever it is called. The provider looks into the last two as well. */
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
