import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

// Many distributions keep `ip`, `nft` and `iptables` off an ordinary user's PATH.
const systemFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

export const foldersOf = (path = "") => path.split(delimiter).filter(Boolean);

export const withSystemFolders = (folders) => [...new Set([...folders, ...systemFolders])];

export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

export const isIn = (folders, command) => folders.some((folder) => isExecutable(join(folder, command)));
