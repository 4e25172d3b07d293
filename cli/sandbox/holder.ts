import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readdirSync, readlinkSync } from "node:fs";

/**
 * Runs inside the new namespaces. Its arguments are the symbolic links of the old /run, as name and target pairs. The
 * new /run, /sys and /proc/sys are prepared on /tmp, because some systems find their tools through /run. /run/user
 * stays, because version managers keep PATH entries there. Sysctls outside of network and user namespaces become
 * read-only, as root could change the machine's. The final `read` ends the holder if its caller dies before recording
 * the holder's pid.
 */
const setUp = `
set -e

private_run() {
  mount -n -t tmpfs -o mode=755,nosuid,nodev tmpfs /tmp
  mkdir /tmp/netns
  if [ -d /run/user ]; then mkdir /tmp/user; mount -n --rbind /run/user /tmp/user; fi
  while [ "$#" -gt 1 ]; do ln -s "$2" "/tmp/$1"; shift 2; done
  mount -n --move /tmp /run
  if [ -d /var/run ] && ! [ /var/run -ef /run ]; then mount -n --rbind /run /var/run; fi
}

private_sys() {
  mount -n -t sysfs -o nosuid,nodev,noexec sysfs /tmp ||
    mount -n -t sysfs -o ro,nosuid,nodev,noexec sysfs /tmp || return 0
  [ ! -d /sys/fs/cgroup ] || mount -n --rbind /sys/fs/cgroup /tmp/fs/cgroup || :
  mount -n --move /tmp /sys || umount -n -l /tmp
}

guard_sysctls() {
  mount -n --rbind /proc/sys /tmp || return 0
  mount -n --rbind /proc/sys/net /tmp/net && mount -n --rbind /proc/sys/user /tmp/user &&
    mount -n -o remount,bind,ro,nosuid,nodev,noexec /tmp && mount -n --move /tmp /proc/sys || umount -n -l /tmp
}

echo entered
private_run "$@"
private_sys 2>/dev/null
guard_sysctls 2>/dev/null
ip link set dev lo up
echo ready
read -r keep
exec sleep infinity </dev/null >/dev/null 2>&1
`;

const patience = 20_000;

export type Attempt =
  | { readonly ready: true; readonly pid: number; readonly keep: () => void; readonly drop: () => void }
  | { readonly ready: false; readonly entered: boolean; readonly stderr: string };

/** Returns the words that run a command in the namespaces of a sandbox. */
export const unshareWords = (command: readonly string[], userNamespace = true): string[] => [
  ...(userNamespace ? ["--user", "--map-root-user", "--", "unshare"] : []),
  ...["--net", "--mount", "--propagation=private", "--", ...command],
];

/**
 * The user namespace comes first. If a network namespace is created before it has a root, some files in /proc/net
 * belong to nobody, such as the one about iptables-legacy.
 */
export function unshareArguments(userNamespace: boolean, links: readonly string[]): string[] {
  return unshareWords(["sh", "-c", setUp, "sh", ...links], userNamespace);
}

function linksInRun(): string[] {
  return readdirSync("/run", { withFileTypes: true })
    .filter((entry) => entry.isSymbolicLink())
    .flatMap((entry) => [entry.name, readlinkSync(`/run/${entry.name}`)]);
}

function letGo(holder: ChildProcessWithoutNullStreams, lastWord: string): void {
  for (const stream of [holder.stdout, holder.stderr]) stream.destroy();
  holder.stdin.end(lastWord);
  holder.unref();
}

/** Starts a process that only keeps new namespaces alive. It ends unless `keep` is called. */
export function startHolder(name: string, userNamespace: boolean, path: string): Promise<Attempt> {
  const holder = spawn("unshare", unshareArguments(userNamespace, linksInRun()), {
    cwd: "/",
    detached: true,
    env: { PATH: path, LC_ALL: "C", PULUMI_NETNS_SANDBOX: name },
    stdio: "pipe",
  });
  let stdout = "";
  let stderr = "";
  return new Promise((resolve) => {
    const fail = (reason: string): void => {
      clearTimeout(timer);
      resolve({ ready: false, entered: stdout.includes("entered"), stderr: `${stderr}${reason}`.trim() });
    };
    const timer = setTimeout(() => {
      if (holder.pid !== undefined) process.kill(-holder.pid, "SIGKILL");
      fail(`no answer within ${patience / 1000} seconds`);
    }, patience);
    holder.stdin.on("error", () => undefined);
    holder.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    holder.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
      const { pid } = holder;
      if (!stdout.includes("ready\n") || pid === undefined) return;
      clearTimeout(timer);
      resolve({ ready: true, pid, keep: () => letGo(holder, "go\n"), drop: () => letGo(holder, "") });
    });
    holder.on("error", (error) => fail(error.message));
    holder.on("close", () => fail(""));
  });
}
