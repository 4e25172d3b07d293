import * as pulumi from "@pulumi/pulumi";
import type { Bridge } from "./bridge";
import type { Namespace } from "./namespace";
import type { Node } from "./node";
import { currentProgram, type DeclaredLink, type Place } from "./program";
import type { VethEnd } from "./vethPair";

/** A network namespace: its resource, a node, or the name of one. Without one: the host's own. */
export type NamespaceReference = Namespace | Node | pulumi.Input<string>;

/** A bridge: its resource, or the name of one. */
export type BridgeReference = Bridge | pulumi.Input<string>;

/** A link: a bridge, one end of a veth pair, or the name of any interface. */
export type InterfaceReference = Bridge | VethEnd | pulumi.Input<string>;

/** A link as an argument names it. */
export interface LinkPlace {
  readonly name: pulumi.Input<string>;
  readonly place: Place;
  /** The resource that makes it, where this program has one. */
  readonly resource: pulumi.Resource | undefined;
}

/** The namespace behind a reference. A plain name finds the resource that this program declared before. */
export function resolveNamespace(reference: NamespaceReference | undefined): Place {
  if (pulumi.Resource.isInstance(reference)) {
    return { name: reference.name, resource: reference, key: reference };
  }
  const resource = currentProgram().findNamespace(reference);
  return { name: reference, resource, key: resource ?? reference };
}

/** The link behind a reference. A resource knows its namespace; for a name, `namespace` says where it is. */
export function resolveInterface(
  reference: InterfaceReference,
  namespace: NamespaceReference | undefined,
): LinkPlace {
  if (isDeclaredLink(reference)) return reference;
  const place = resolveNamespace(namespace);
  return { name: reference, place, resource: currentProgram().findLink(place, reference)?.resource };
}

function isDeclaredLink(reference: InterfaceReference): reference is (Bridge | VethEnd) & DeclaredLink {
  return typeof reference === "object" && !pulumi.Output.isInstance(reference) && "place" in reference;
}
