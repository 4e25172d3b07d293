import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "./machine";

/** A network namespace as an argument names it. */
export interface Place {
  /** Its name; `undefined` for the host's own. */
  readonly name: pulumi.Input<string> | undefined;
  /** The resource that makes it, where this program has one. */
  readonly resource: pulumi.Resource | undefined;
  /** Identifies the place: its resource, or else its name on its machine. */
  readonly key: unknown;
  /** The machine; `undefined` for the one that runs Pulumi. */
  readonly machine: Machine | undefined;
}

/** Returns a key for a name on a machine. A name that is not known yet is its own key. */
export const keyOn = (machine: Machine | undefined, name: unknown): unknown =>
  machine === undefined || typeof name === "object" ? name : `${machine.key}\n${name ?? ""}`;

/** The host's own namespace. */
export const hostPlace = (machine: Machine | undefined): Place => ({
  ...{ name: undefined, resource: undefined, machine },
  key: keyOn(machine, undefined),
});

/** A link as an argument names it. */
export interface LinkPlace {
  readonly name: pulumi.Input<string>;
  readonly place: Place;
  /** The resource that makes it, where this program has one. */
  readonly resource: pulumi.Resource | undefined;
}

interface DeclaredAddress {
  readonly link: unknown;
  readonly resource: pulumi.Resource;
}

/** What tells links in one place apart: the resource, else the name as given. */
const keyOf = ({ name, resource }: LinkPlace): unknown => resource ?? name;

/**
 * What a program has declared so far, by kernel name. With it a plain name (`namespace: "red"`) is as good as the
 * resource itself, and a route knows the addresses that must be there before it.
 */
export class Program {
  private readonly namespaces = new Map<unknown, pulumi.Resource>();
  private readonly links = new Map<unknown, Map<unknown, pulumi.Resource>>();
  private readonly bridges = new Map<unknown, Map<unknown, Place>>();
  private readonly addresses = new Map<unknown, DeclaredAddress[]>();
  private readonly declared: { readonly resource: pulumi.Resource; readonly inputs: object }[] = [];

  /** Every resource of this package, with its arguments. */
  declare(resource: pulumi.Resource, inputs: object): void {
    this.declared.push({ resource, inputs });
  }

  /** All that has been declared so far. */
  soFar(): readonly { readonly resource: pulumi.Resource; readonly inputs: object }[] {
    return [...this.declared];
  }

  declareNamespace(
    machine: Machine | undefined,
    name: pulumi.Input<string>,
    namespace: pulumi.Resource,
  ): void {
    this.namespaces.set(keyOn(machine, name), namespace);
  }

  /** The resource that makes a namespace, by the key of its place. */
  findNamespace(key: unknown): pulumi.Resource | undefined {
    return this.namespaces.get(key);
  }

  declareLink(place: Place, name: pulumi.Input<string>, resource: pulumi.Resource): void {
    getOrAdd(this.links, place.key, () => new Map()).set(name, resource);
  }

  findLink(place: Place, name: pulumi.Input<string>): pulumi.Resource | undefined {
    return this.links.get(place.key)?.get(name);
  }

  /** A link that others may be ports of. */
  declareBridge(place: Place, name: pulumi.Input<string>, resource: pulumi.Resource): void {
    this.declareLink(place, name, resource);
    getOrAdd(this.bridges, keyOn(place.machine, name), () => new Map()).set(place.key, place);
  }

  /** Where the bridges of a name are. */
  placesOfBridge(machine: Machine | undefined, name: pulumi.Input<string>): readonly Place[] {
    return [...(this.bridges.get(keyOn(machine, name))?.values() ?? [])];
  }

  /** `link` is left out where addresses on several links are one resource. */
  declareAddress(place: Place, resource: pulumi.Resource, link?: LinkPlace): void {
    getOrAdd(this.addresses, place.key, () => []).push({ link: link && keyOf(link), resource });
  }

  addressesIn(place: Place): readonly pulumi.Resource[] {
    return [...new Set((this.addresses.get(place.key) ?? []).map(({ resource }) => resource))];
  }

  addressesOn(link: LinkPlace): readonly pulumi.Resource[] {
    const addresses = this.addresses.get(link.place.key) ?? [];
    return addresses.filter((address) => address.link === keyOf(link)).map(({ resource }) => resource);
  }
}

/** One registry per running program: tests and the Automation API run several in one process. */
const programs = new WeakMap<object, Program>();
const noProgram = {};

export function currentProgram(): Program {
  // Under mocks there is no stack, but every `setMocks` has a monitor of its own.
  const key = pulumi.runtime.getStackResource() ?? pulumi.runtime.getMonitor() ?? noProgram;
  return getOrAdd(programs, key, () => new Program());
}

interface MapLike<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): unknown;
}

function getOrAdd<K, V>(map: MapLike<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
