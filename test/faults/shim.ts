import { mkdir, symlink } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Tool } from "../../provider/linux/command";

/**
 * Every tool that the provider runs to change something; the type check fails if one is missing. `node` also runs the engine's programs
 * and has no shim.
 */
const tools: Readonly<Record<Exclude<Tool, "node">, true>> = {
  ip: true,
  nft: true,
  iptables: true,
  ip6tables: true,
  "iptables-legacy": true,
  "ip6tables-legacy": true,
  "iptables-save": true,
  "ip6tables-save": true,
  "iptables-legacy-save": true,
  "ip6tables-legacy-save": true,
  "iptables-restore": true,
  "ip6tables-restore": true,
  "firewall-cmd": true,
  "ovs-vsctl": true,
  "ovs-ofctl": true,
  conntrack: true,
  sysctl: true,
  stat: true,
  ps: true,
  kill: true,
  ping: true,
  ss: true,
  flock: true,
  unlink: true,
  cat: true,
};

/** Puts the shim into `folder` under each of these names. Resolves to a PATH with that folder first. */
export async function layShims(folder: string, path: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const tool of Object.keys(tools)) await symlink(join(__dirname, "shim.sh"), join(folder, tool));
  return [folder, path].join(delimiter);
}
