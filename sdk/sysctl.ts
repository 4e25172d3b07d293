import * as pulumi from "@pulumi/pulumi";
import { linkIn } from "../provider/linux/read/sysctl";
import type { NamespaceReference } from "./handles";
import { machineOf, type OnHost } from "./host";
import { currentProgram, type Place } from "./program";
import { resolveNamespace } from "./reference";
import { NetnsResource } from "./resource";

/** Arguments of a {@link Sysctl}. */
export interface SysctlArgs extends OnHost {
  /**
   * Key of the parameter, with dots (`net.ipv4.ip_forward`) or slashes (`net/ipv4/conf/eth0.100/forwarding`). See sysctl(8)
   * and ip-sysctl in the kernel's documentation. Updates in place to another spelling of the same parameter; any other key
   * replaces.
   */
  key: pulumi.Input<string>;
  /** Value: text, a number, or a boolean for 1 and 0. Updates in place. */
  value: pulumi.Input<string | number | boolean>;
  /** Network namespace of the parameter; an error for keys outside `net`. Default: the host's own. Replaces. */
  namespace?: NamespaceReference | undefined;
}

/**
 * A kernel parameter, as `sysctl -w` sets it. What it was before is remembered and set again on deletion.
 * See sysctl(8) and the kernel's ip-sysctl doc.
 */
export class Sysctl extends NetnsResource {
  /** Value as the kernel tells it. */
  declare readonly value: pulumi.Output<string>;
  /** Value before this resource, which deletion sets again. */
  declare readonly former: pulumi.Output<string>;

  constructor(name: string, args: SysctlArgs, options?: pulumi.CustomResourceOptions) {
    const machine = machineOf(`Sysctl "${name}"`, args, options, [
      ["namespace", args.namespace, "namespace"],
    ]);
    const place = resolveNamespace(machine, args.namespace);
    // It goes with its link as well, but what is written down about it does not.
    const owners = { machine, deletedWith: [place.resource], replaceWith: [linkOf(args.key, place)] };
    super("Sysctl", name, { ...args, namespace: place.name }, ["former"], owners, options);
    const former: pulumi.Output<Former | undefined> = pulumi.output(
      Reflect.get<object, string>(this, "former"),
    );
    // A program's unit test may leave it out.
    this.former = former.apply((known) => known?.args.value ?? "");
  }
}

/** What the state has of the time before. */
interface Former {
  readonly args: { readonly value: string };
}

/** The resource that makes the link whose parameter it is. */
function linkOf(key: pulumi.Input<string>, place: Place): pulumi.Resource | undefined {
  if (typeof key !== "string") return undefined;
  const link = linkIn(key);
  return link === undefined ? undefined : currentProgram().findLink(place, link);
}
