import * as pulumi from "@pulumi/pulumi";
import {
  type BridgeReference,
  HANDLE,
  type InterfaceReference,
  isHandle,
  isLater,
  kindOf,
  type LinkHandle,
  type NamespaceReference,
} from "./handles";
import type { Machine } from "./machine";
import { currentProgram, hostPlace, keyOn, type LinkPlace, type Place } from "./program";

/** The namespace behind a reference. A plain name finds the resource that this program declared before on that machine. */
export function resolveNamespace(
  machine: Machine | undefined,
  reference: NamespaceReference | undefined,
): Place {
  if (isHandle(reference)) {
    const { resource } = reference[HANDLE];
    return { name: reference.name, resource, key: resource, machine };
  }
  const key = keyOn(machine, reference);
  const resource = currentProgram().findNamespace(key);
  return { name: reference, resource, key: resource ?? key, machine };
}

/** The link behind a reference. A handle knows its namespace; for a name, `namespace` says where the link is. */
export function resolveInterface(
  machine: Machine | undefined,
  whose: string,
  reference: LinkHandle | pulumi.Input<string>,
  namespace: NamespaceReference | undefined,
): LinkPlace {
  if (!isHandle(reference)) {
    const place = resolveNamespace(machine, namespace);
    return { name: reference, place, resource: currentProgram().findLink(place, reference) };
  }
  const link = reference[HANDLE];
  if (namespace !== undefined && areApart(link.place, resolveNamespace(machine, namespace))) {
    throw new pulumi.RunError(
      `${whose}: \`namespace\` is not the namespace of the link; omit it, as the link brings its own`,
    );
  }
  return link;
}

/** The links that a resource names, and the namespace it is in: that of the links, else its `namespace`. */
export function resolveLinks(
  machine: Machine | undefined,
  whose: string,
  references: readonly (InterfaceReference | undefined)[],
  namespace: NamespaceReference | undefined,
): { links: readonly (LinkPlace | undefined)[]; place: Place } {
  const links = references.map((reference) =>
    reference === undefined ? undefined : resolveInterface(machine, whose, reference, namespace),
  );
  const places = links.flatMap((link) => (link?.place.name === undefined ? [] : [link.place]));
  const [first = resolveNamespace(machine, namespace)] = places;
  if (places.some((place) => areApart(first, place)))
    throw new pulumi.RunError(`${whose}: its links are in different namespaces; name links of one namespace`);
  return { links, place: first };
}

/**
 * The namespace of a cable's end, and the bridge that it is a port of. With a bridge and no `namespace`, the end is where
 * the bridge is. `side` is the path of the end's arguments, with a dot at its end.
 */
export function resolvePort(
  machine: Machine | undefined,
  whose: string,
  side: string,
  bridge: BridgeReference | undefined,
  namespace: NamespaceReference | undefined,
): { place: Place; port?: LinkPlace } {
  if (bridge === undefined) return { place: resolveNamespace(machine, namespace) };
  const port = isHandle(bridge)
    ? resolveInterface(machine, whose, bridge, undefined)
    : resolveBridgeByName(machine, whose, side, bridge, namespace);
  if (kindOf(port.resource) === "OvsBridge") {
    throw new pulumi.RunError(
      `${whose}: \`${side}bridge\` must be a Linux bridge; to attach this link to a bridge of Open vSwitch, omit \`bridge\` and create an OvsPort`,
    );
  }
  const place = namespace === undefined ? port.place : resolveNamespace(machine, namespace);
  if (port.resource && areApart(port.place, place)) {
    throw new pulumi.RunError(
      `${whose}: \`${side}bridge\` is in another namespace than its port; omit \`${side}namespace\`, or name a bridge of that namespace`,
    );
  }
  return { place, port };
}

/** A bridge by its name: in `namespace`, else on the host, else in the one namespace where the program has such a bridge. */
function resolveBridgeByName(
  machine: Machine | undefined,
  whose: string,
  side: string,
  name: pulumi.Input<string>,
  namespace: NamespaceReference | undefined,
): LinkPlace {
  const places = namespace === undefined ? currentProgram().placesOfBridge(machine, name) : [];
  const [only, another] = places;
  if (only === undefined || places.some(({ key }) => key === hostPlace(machine).key))
    return resolveInterface(machine, whose, name, namespace);
  if (another !== undefined)
    throw new pulumi.RunError(
      `${whose}: \`${side}bridge\` is the name of bridges in several namespaces: ${JSON.stringify(name)}; choose one by \`${side}namespace\``,
    );
  return { name, place: only, resource: currentProgram().findLink(only, name) };
}

/** Whether two places differ for certain: the value of an output is not known here. */
function areApart(...places: readonly [Place, Place]): boolean {
  const [one, other] = places.map(({ key }) =>
    // The namespace may have been declared after it was named.
    typeof key === "string" ? (currentProgram().findNamespace(key) ?? key) : key,
  );
  return one !== other && ![one, other].some(isLater);
}
