import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readdirSync, readlinkSync } from "node:fs";

/**
 * Runs inside the new namespaces; its arguments are the symbolic links of the old /run, as name and target pairs.
 * Whatever is to appear on /run, /sys and /proc/sys is first put together on /tmp: on some systems the tools
 * themselves are found through /run. /run/user stays, as version managers keep their PATH entries there. Sysctls
 * that are not of a network or user namespace are made read-only, as root could change the machine's. The final
 * `read` makes the holder die with a caller that dies before it has written down the holder's pid.
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

/** Runs a command in namespaces as those of a sandbox are. */
export const unshareWords = (command: readonly string[], userNamespace = true): string[] => [
  ...(userNamespace ? ["--user", "--map-root-user", "--", "unshare"] : []),
  ...["--net", "--mount", "--propagation=private", "--", ...command],
];

/**
 * The user namespace comes first, by itself: of a network namespace that is made before it has a root, some files in
 * /proc/net are nobody's, such as the one that tells of iptables-legacy.
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

/** Starts a process that does nothing but keep new namespaces alive. It lives on only when told to be kept. */
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
