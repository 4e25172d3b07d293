import { existsSync } from "node:fs";
import type { Facts } from "./forbidden";
import { readText } from "./proc";

export function readFacts(stderr: string): Facts {
  const status = readText("/proc/self/status") ?? "";
  return {
    root: process.getuid?.() === 0,
    apparmorRestriction: readText("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
    unprivilegedClone: readText("/proc/sys/kernel/unprivileged_userns_clone"),
    maxUser: readText("/proc/sys/user/max_user_namespaces"),
    maxNet: readText("/proc/sys/user/max_net_namespaces"),
    maxMnt: readText("/proc/sys/user/max_mnt_namespaces"),
    builtIn: existsSync("/proc/self/ns/user"),
    container: existsSync("/.dockerenv") || existsSync("/run/.containerenv"),
    seccomp: /^Seccomp:\s*2$/m.test(status),
    stderr,
  };
}
