import { lstatSync, readFileSync, readlinkSync, statSync } from "node:fs";

/** The identity of a network namespace, as names may be used again; `undefined` where there is none of that name. */
export function inodeOf(namespace: string | undefined): number | undefined {
  const path = namespace === undefined ? "/proc/self/ns/net" : `/run/netns/${namespace}`;
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

/** What to do about a name that is there and leads to no namespace; `undefined` where there is no such name. */
export function tellOfName(namespace: string): string | undefined {
  const path = `/run/netns/${namespace}`;
  if (inodeOf(namespace) !== undefined || !lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
    return undefined;
  return `${path} is a link to ${readlinkSync(path)}, which is no more. If a container was started again, link the name to its new process (\`ln -sfn /proc/PID/ns/net ${path}\`), then run \`pulumi up --refresh\`; else remove the name (\`rm ${path}\`).`;
}

/** The network that this process is in, which stays. */
let own: number | undefined;

/**
 * Whether a name leads to the network that this process is in. Such names are left where a link to `/proc/PID/ns/net` of a
 * container outlives it and the number is given to another process.
 */
export const isHostItself = (namespace: string): boolean => {
  own ??= inodeOf(undefined);
  return own !== undefined && inodeOf(namespace) === own;
};

/** The boot that this is, and the network in it: a sandbox that is started again is another one. */
export const era = (): string =>
  `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${inodeOf(undefined)}`;
