import { lstatSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { danglingName } from "../names";

/** Returns the identity of a network namespace, because names are reused, or `undefined` if the name does not exist. */
export function inodeOf(namespace: string | undefined): number | undefined {
  const path = namespace === undefined ? "/proc/self/ns/net" : `/run/netns/${namespace}`;
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

/** Returns advice for a name that leads to no namespace, or `undefined` if there is no such name. */
export async function tellOfName(namespace: string): Promise<string | undefined> {
  const path = `/run/netns/${namespace}`;
  if (inodeOf(namespace) !== undefined || !lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
    return undefined;
  return danglingName(path, readlinkSync(path));
}

/** The network of this process, which never changes. */
let own: number | undefined;

/**
 * Whether a name leads to the network of this process. That happens when a link to `/proc/PID/ns/net` outlives its container
 * and another process gets the PID.
 */
export const isHostItself = (namespace: string): boolean => {
  own ??= inodeOf(undefined);
  return own !== undefined && inodeOf(namespace) === own;
};

/** Identifies the boot and the network in it. A restarted sandbox is another era. */
export const era = (): string =>
  `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${inodeOf(undefined)}`;
