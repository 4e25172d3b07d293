import * as pulumi from "@pulumi/pulumi";
import { expectReferences, HANDLE, type Reference } from "./handles";
import type { Machine } from "./machine";

/** How to reach a lab host. */
export interface HostOptions {
  /** OpenSSH destination: `lab1`, `user@lab1` or `ssh://user@lab1:2222`. See ssh(1). Default: the host's name. */
  readonly ssh?: string;
  /**
   * Whether a user other than root becomes root with `sudo -n`. With `false`, such a user is an error. See sudo(8).
   * Default: true.
   */
  readonly sudo?: boolean;
  /** Configuration file in place of `~/.ssh/config`. See ssh_config(5). Default: the user's own. */
  readonly configFile?: string;
  /** Seconds until an attempt to connect fails, as `ConnectTimeout` in ssh_config(5). Default: 15. */
  readonly connectTimeout?: number;
}

/** The key of a host's brand. Two copies of this package share it, as a program may load both. */
const BRAND: unique symbol = Symbol.for("pulumi-netns/host");

/**
 * A machine that is reached over SSH, for the `host` of any resource. Keys, users, ports and jump hosts come from the user's
 * ssh_config(5); the host needs sshd, a POSIX shell and the network tools.
 */
export class Host {
  /** Name of the host in this program. */
  readonly name: string;
  /** @internal */
  readonly [BRAND]: HostOptions;

  constructor(name: string, options: HostOptions = {}) {
    this.name = name;
    this[BRAND] = options;
  }
}

/** A lab host: a Host, or an OpenSSH destination such as `lab1`, `user@lab1` or `ssh://user@lab1:2222`. */
export type HostReference = Host | string;

/** The argument that every resource has. */
export interface OnHost {
  /**
   * Lab host that the resource is on, reached over SSH: a Host, or an OpenSSH destination such as `lab1`, `user@lab1` or
   * `ssh://user@lab1:2222`. Another name of the same machine counts as the same host. Default: the host of the resources that this one
   * refers to, else that of its parent, else `pulumi config set netns:host`, else the machine that runs Pulumi. Replaces.
   */
  host?: HostReference | undefined;
}

/** The key under which a resource keeps its machine. */
const MACHINE: unique symbol = Symbol.for("pulumi-netns/machine");

/** Notes where a resource is, for those that refer to it. */
export function settle(resource: object, machine: Machine | undefined): void {
  Object.defineProperty(resource, MACHINE, { value: { machine } });
}

/** Where a resource of this package is; without a machine, on the one that runs Pulumi. */
interface Settled {
  readonly machine: Machine | undefined;
}

const settled = (resource: object): Settled | undefined => Reflect.get(resource, MACHINE);

/** The resource behind a handle. */
function resourceOf(reference: unknown): object | undefined {
  if (typeof reference !== "object" || reference === null || !(HANDLE in reference)) return undefined;
  const handle = reference[HANDLE];
  const isFound = typeof handle === "object" && handle !== null && "resource" in handle;
  return isFound && typeof handle.resource === "object" ? (handle.resource ?? undefined) : undefined;
}

/**
 * The machine of a resource: its own `host`, that of what it refers to, of its parent, or of the program's configuration.
 * Refuses references of another sort than wanted, and those to another machine.
 */
export function machineOf(
  whose: string,
  { host }: OnHost,
  options: pulumi.CustomResourceOptions | undefined,
  references: readonly Reference[] = [],
): Machine | undefined {
  expectReferences(whose, references);
  const given = host === undefined ? undefined : { machine: machineIn(`${whose}: \`host\``, host) };
  let found: Settled | undefined = given;
  let first = "host";
  for (const [property, reference] of references) {
    const resource = resourceOf(reference);
    const there = resource && settled(resource);
    if (!there) continue;
    if (found && there.machine?.key !== found.machine?.key)
      throw new pulumi.RunError(
        `${whose}: \`${property}\` is on ${nameOf(there.machine)}, but \`${first}\` is ${given ? "" : "on "}${nameOf(found.machine)}; name things of one host`,
      );
    found ??= there;
    first = given ? first : property;
  }
  return found ? found.machine : inherited(options?.parent);
}

/** The machine of the nearest parent that has one, else that of the program. */
function inherited(parent: pulumi.Resource | undefined): Machine | undefined {
  for (
    let at: unknown = parent;
    typeof at === "object" && at !== null;
    at = Reflect.get(at, "__parentResource")
  ) {
    const there = settled(at);
    if (there) return there.machine;
    const host: unknown = Reflect.get(at, "host");
    if (typeof host === "string" || isHost(host)) return machineIn("host", host);
  }
  const configured = new pulumi.Config("netns").get("host");
  return configured === undefined ? undefined : machineIn("netns:host", configured);
}

const isHost = (host: unknown): host is Host => typeof host === "object" && host !== null && BRAND in host;

function machineIn(whose: string, host: unknown): Machine {
  if (typeof host === "string" && host !== "") return { key: host, value: host };
  if (!isHost(host))
    throw new pulumi.RunError(`${whose} takes a Host or a destination of ssh as plain text, such as "lab1"`);
  const { ssh = host.name, sudo, configFile, connectTimeout } = host[BRAND];
  const settings = Object.entries({ sudo, configFile, connectTimeout }).filter(
    ([, value]) => value !== undefined,
  );
  return {
    key: host.name,
    value: settings.length === 0 ? ssh : { destination: ssh, ...Object.fromEntries(settings) },
  };
}

const nameOf = (machine: Machine | undefined): string =>
  machine === undefined ? "the machine that runs Pulumi" : `host ${machine.key}`;
