import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { basename, delimiter, join } from "node:path";

interface Tool {
  readonly name: string;
  readonly why: string;
  readonly apt: string;
  readonly dnf: string;
  readonly pacman: string;
  readonly apk: string;
}

const utilLinux = { apt: "util-linux", dnf: "util-linux", pacman: "util-linux", apk: "util-linux" };
const iproute = { apt: "iproute2", dnf: "iproute", pacman: "iproute2", apk: "iproute2" };

const tools: readonly Tool[] = [
  { name: "unshare", why: "create the namespaces of a sandbox", ...utilLinux },
  { name: "nsenter", why: "run a command inside a sandbox", ...utilLinux },
  { name: "flock", why: "start a sandbox only once", ...utilLinux },
  { name: "ip", why: "set up the network of a sandbox", ...iproute },
];

const systemFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** Appends the folders of nft, iptables and sysctl, which a user's PATH often lacks. */
export function withSystemFolders(path: string | undefined): string {
  const folders = (path ?? "/usr/local/bin:/usr/bin:/bin").split(delimiter);
  return [...folders, ...systemFolders.filter((folder) => !folders.includes(folder))].join(delimiter);
}

/** Returns the candidate files of a command, in the order of execvp. */
export function candidates(command: string, path: string, cwd: string): string[] {
  if (command.includes("/")) return [command.startsWith("/") ? command : join(cwd, command)];
  return path.split(delimiter).map((folder) => join(folder === "" ? cwd : folder, command));
}

export function isExecutableFile(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function installLine({ name, why, apt, dnf, pacman, apk }: Tool): string {
  return (
    `"${name}" is missing, needed to ${why}: apt install ${apt} | dnf install ${dnf} | ` +
    `pacman -S ${pacman} | apk add ${apk}`
  );
}

/** Returns a line for each missing tool. */
export function missingTools(has: (tool: string) => boolean): string[] {
  return tools.filter(({ name }) => !has(name)).map(installLine);
}

/** Tools of BusyBox do not count, because they lack options and `ip netns`. */
export function hasTool(path: string): (tool: string) => boolean {
  return (tool) => {
    const file = candidates(tool, path, "/").find(isExecutableFile);
    return file !== undefined && basename(realpathSync(file)) !== "busybox";
  };
}
