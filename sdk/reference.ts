import * as pulumi from "@pulumi/pulumi";
import type { Bridge } from "./bridge";
import type { Link } from "./link";
import type { Namespace } from "./namespace";
import type { Node } from "./node";
import { OvsBridge } from "./ovsBridge";
import { currentProgram, type DeclaredLink, HOST, type LinkPlace, type Place } from "./program";
import type { VethEnd } from "./vethPair";

/** A network namespace: its resource, a node, or the name of one. Without one: the host's own. */
export type NamespaceReference = Namespace | Node | pulumi.Input<string>;

/** A bridge: its resource, or the name of one. */
export type BridgeReference = Bridge | pulumi.Input<string>;

/** A bridge of Open vSwitch: its resource, or the name of one. */
export type OvsBridgeReference = OvsBridge | pulumi.Input<string>;

/** A link: a resource of any kind of link, one end of a veth pair, or the name of any interface. */
export type InterfaceReference = Link | OvsBridge | VethEnd | pulumi.Input<string>;

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
  whose: string,
  reference: InterfaceReference,
  namespace: NamespaceReference | undefined,
): LinkPlace {
  if (isDeclaredLink(reference)) {
    if (namespace !== undefined && areApart(reference.place, resolveNamespace(namespace))) {
      throw new pulumi.RunError(
        `${whose}: its link is not in the \`namespace\` that is given; leave that out, as the link brings its own`,
      );
    }
    return reference;
  }
  const place = resolveNamespace(namespace);
  return { name: reference, place, resource: currentProgram().findLink(place, reference) };
}

/** The links that something names, where it names any, and where it is itself: in its `namespace`, else where they are. */
export function resolveLinks(
  whose: string,
  references: readonly (InterfaceReference | undefined)[],
  namespace: NamespaceReference | undefined,
): { links: readonly (LinkPlace | undefined)[]; place: Place } {
  const links = references.map((reference) =>
    reference === undefined ? undefined : resolveInterface(whose, reference, namespace),
  );
  const places = links.flatMap((link) => (link?.place.name === undefined ? [] : [link.place]));
  const [first = resolveNamespace(namespace)] = places;
  if (places.some((place) => areApart(first, place)))
    throw new pulumi.RunError(`${whose}: its links are in different namespaces; name links of one`);
  return { links, place: first };
}

/** Where an end of a cable is, and the bridge that it is a port of: with a bridge and no namespace, where that is. */
export function resolvePort(
  whose: string,
  bridge: BridgeReference | undefined,
  namespace: NamespaceReference | undefined,
): { place: Place; port?: LinkPlace } {
  if (bridge === undefined) return { place: resolveNamespace(namespace) };
  const port = isDeclaredLink(bridge)
    ? resolveInterface(whose, bridge, undefined)
    : resolveBridgeByName(whose, bridge, namespace);
  if (port.resource instanceof OvsBridge) {
    throw new pulumi.RunError(
      `${whose}: an end is no port of a bridge of Open vSwitch by its \`bridge\`; leave that out, and give the end an OvsPort`,
    );
  }
  const place = namespace === undefined ? port.place : resolveNamespace(namespace);
  if (port.resource && areApart(port.place, place)) {
    throw new pulumi.RunError(
      `${whose}: an end cannot be a port of a bridge in another namespace; leave its \`namespace\` out, or name a bridge that is there`,
    );
  }
  return { place, port };
}

/** A bridge by its name: in `namespace`, else on the host, else in the one namespace where the program has such a bridge. */
function resolveBridgeByName(
  whose: string,
  name: pulumi.Input<string>,
  namespace: NamespaceReference | undefined,
): LinkPlace {
  const places = namespace === undefined ? currentProgram().placesOfBridge(name) : [];
  const [only, another] = places;
  if (only === undefined || places.some(({ key }) => key === HOST.key))
    return resolveInterface(whose, name, namespace);
  if (another !== undefined)
    throw new pulumi.RunError(
      `${whose}: there are bridges called ${JSON.stringify(name)} in several namespaces; say which is meant by \`namespace\``,
    );
  return { name, place: only, resource: currentProgram().findLink(only, name) };
}

/** Whether two places are surely not the same: what an output holds is not known here. */
function areApart(...places: readonly [Place, Place]): boolean {
  const [one, other] = places.map(({ key }) =>
    // The namespace may have been declared after it was named.
    typeof key === "string" ? (currentProgram().findNamespace(key) ?? key) : key,
  );
  return (
    one !== other && ![one, other].some((key) => pulumi.Output.isInstance(key) || key instanceof Promise)
  );
}

function isDeclaredLink(
  reference: InterfaceReference,
): reference is (Link | OvsBridge | VethEnd) & DeclaredLink {
  return typeof reference === "object" && !pulumi.Output.isInstance(reference) && "place" in reference;
}
