import type * as pulumi from "@pulumi/pulumi";
import { HANDLE, type NamespaceHandle } from "./handles";
import { machineOf, type OnHost } from "./host";
import { currentProgram } from "./program";
import { handOver, NetnsResource } from "./resource";

/** Arguments of a {@link Namespace}. */
export interface NamespaceArgs extends OnHost {
  /** Name of the namespace, as in `ip netns add`. See ip-netns(8). Default: the resource's name. Replaces. */
  name?: pulumi.Input<string>;
  /**
   * Kernel parameters inside, by key: `{ "net.ipv4.ip_forward": 1 }`. Only keys below `net` are valid. A key that is removed
   * keeps its value; use a `Sysctl` to restore it. See sysctl(8). Default: none. Updates in place.
   */
  sysctls?: pulumi.Input<Record<string, pulumi.Input<string | number | boolean>> | undefined>;
  /** Whether the loopback interface is up, so that the namespace can reach itself. Default: true. Updates in place. */
  loopback?: pulumi.Input<boolean | undefined>;
  /**
   * Ends the processes inside when the namespace is deleted: SIGTERM, then SIGKILL after two seconds. Without it, the
   * deletion fails while there are any, as they would keep the namespace alive without a name. Default: false. Updates in
   * place.
   */
  killProcesses?: pulumi.Input<boolean | undefined>;
  /**
   * Deletes the namespace although other owners lose something in it or on its cables: their links, and objects that other
   * stacks recorded. Without it, the deletion fails while there are any. Default: false. Updates in place.
   */
  deleteForeign?: pulumi.Input<boolean | undefined>;
  /**
   * Adopts a namespace of this name that another program made. Deletion restores its former settings and leaves it. It
   * counts at creation: once it is removed from the program, the namespace belongs to this resource. Default: false. Updates
   * in place.
   */
  adopt?: pulumi.Input<boolean | undefined>;
}

/**
 * A network namespace, as `ip netns add` makes it: its own links, addresses, routes, rules and sysctls.
 * See ip-netns(8) and network_namespaces(7).
 */
export class Namespace extends NetnsResource implements NamespaceHandle {
  /** Name of the namespace. */
  declare readonly name: pulumi.Output<string>;
  /** Where its name is kept: `/run/netns/NAME`. */
  declare readonly path: pulumi.Output<string>;
  /** Its identity: the inode of the namespace, as `/proc/PID/ns/net` shows it. */
  declare readonly inode: pulumi.Output<number>;

  /** @internal */
  declare readonly [HANDLE]: NamespaceHandle[typeof HANDLE];

  constructor(name: string, args: NamespaceArgs = {}, options?: pulumi.CustomResourceOptions) {
    const machine = machineOf(`Namespace "${name}"`, args, options);
    const inputs = { ...args, name: args.name ?? name };
    super("Namespace", name, inputs, ["path", "inode"], { machine }, options);
    handOver(this, { is: "namespace", resource: this });
    currentProgram().declareNamespace(machine, inputs.name, this);
  }
}
