import type { NamespaceKind } from "./proc";

export interface Join {
  readonly pid: number;
  readonly enter: readonly NamespaceKind[];
  readonly ownHolder: boolean;
  readonly cwd: string;
  readonly command: readonly string[];
}

const flags: Record<NamespaceKind, string> = { user: "--user", net: "--net", mnt: "--mount" };

/**
 * Returns the words that run a command inside. Entering a mount namespace changes the working directory to /, and
 * `nsenter --wd` would open the directory outside. `unshare --wd` changes to it inside. The holder's user is root
 * inside by the map; any other user needs nsenter to become root.
 */
export function joinWords({ pid, enter, ownHolder, cwd, command }: Join): string[] {
  if (enter.length === 0) return [...command];
  const credentials = enter.includes("user") && ownHolder ? ["--preserve-credentials"] : [];
  const nsenter = ["nsenter", "--target", String(pid), ...enter.map((kind) => flags[kind]), ...credentials];
  return [...nsenter, "--", "unshare", `--wd=${cwd}`, "--", ...command];
}
