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
 * The words to run. Entering a mount namespace moves the working directory to /, and `nsenter --wd` would open it in
 * the mounts outside; `unshare --wd` without further options only changes to it, inside. The holder's own user is
 * root inside by the map already; anybody else (root, in a user's sandbox) has nsenter change to it.
 */
export function joinWords({ pid, enter, ownHolder, cwd, command }: Join): string[] {
  if (enter.length === 0) return [...command];
  const credentials = enter.includes("user") && ownHolder ? ["--preserve-credentials"] : [];
  const nsenter = ["nsenter", "--target", String(pid), ...enter.map((kind) => flags[kind]), ...credentials];
  return [...nsenter, "--", "unshare", `--wd=${cwd}`, "--", ...command];
}
