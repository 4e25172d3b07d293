import { mkdir, writeFile } from "node:fs/promises";
import { execa } from "execa";
import { type } from "./host";

/** An image with only busybox, and a page for its web server. */
export async function makeImage(importing: string): Promise<void> {
  const folder = "/tmp/image";
  await mkdir(`${folder}/bin`, { recursive: true });
  await mkdir(`${folder}/www`, { recursive: true });
  await writeFile(`${folder}/www/index.html`, "container\n");
  await type(`cp /bin/busybox ${folder}/bin/`);
  for (const name of ["sh", "ping", "httpd", "sleep", "ip"])
    await type(`ln -sf busybox ${folder}/bin/${name}`);
  await execa("sh", ["-c", `tar -C ${folder} -c . | ${importing}`]);
}
