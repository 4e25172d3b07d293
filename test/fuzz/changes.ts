import { linksOf } from "./links";
import type { End, Item, Program } from "./program";

/** `item` with one field of another resource of its kind, also inside an end of a cable or a map. */
export const mixed = <I extends Item>(item: I, other: I, field: number): I => ({
  ...item,
  args: mix<I["args"]>(item.args, other.args, field),
});

function mix<A extends object>(was: A, now: A, field: number): A {
  const keys: Extract<keyof A, string>[] = [];
  for (const key in { ...was, ...now }) keys.push(key);
  const key = keys[field % keys.length];
  // No resource removes a key from a map: see `keepsKeys`.
  if (key === undefined || !(key in now)) return was;
  const [old, fresh] = [was[key], now[key]];
  if (!isFields(old) || !isFields(fresh)) return { ...was, ...only(now, key) };
  const inner: Partial<A> = {};
  inner[key] = mix(old, fresh, Math.floor(field / keys.length));
  return { ...was, ...inner };
}

const isFields = <T>(value: T): value is T & object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function only<A extends object>(args: A, key: keyof A): Partial<A> {
  const part: Partial<A> = {};
  part[key] = args[key];
  return part;
}

/** The program with another name for a resource in all references. The kernel's name stays if possible. */
export function renamed(program: Program, item: Item, to: string, keepsName: boolean): Program {
  const reference: Reference = (ref) => {
    if (ref === item.name) return to;
    return ref?.startsWith(`${item.name}.`) ? to + ref.slice(item.name.length) : ref;
  };
  const kernelName = linksOf(program).find(({ owner }) => owner === item.name)?.name ?? item.name;
  return program.map((one) => {
    if (one !== item) return referring(one, reference);
    const { formerly = one.name } = one;
    const moved = referring({ ...one, name: to, formerly }, reference);
    return keepsName ? named(moved, kernelName) : moved;
  });
}

/** The resource's default name, as an argument. */
function named(item: Item, kernelName: string): Item {
  switch (item.kind) {
    case "Namespace":
      return { ...item, args: { ...item.args, name: item.args.name ?? kernelName } };
    case "Link":
      return { ...item, args: { ...item.args, name: kernelName } };
    case "Bridge":
      return { ...item, args: { ...item.args, name: kernelName } };
    case "VethPair":
      return {
        ...item,
        args: { ...item.args, end: { ...item.args.end, name: item.args.end.name ?? kernelName } },
      };
    default:
      return item;
  }
}

type Reference = <T extends string | undefined>(ref: T) => T | string;

const referring = (item: Item, to: Reference): Item => {
  const moved = withReferences(item, to);
  return moved.within === undefined ? moved : { ...moved, within: to(moved.within) };
};

function withReferences(item: Item, to: Reference): Item {
  switch (item.kind) {
    case "Namespace":
    case "Node":
    case "Topology":
      return item;
    case "Bridge":
      return { ...item, args: { ...item.args, namespace: to(item.args.namespace) } };
    case "Link": {
      const { namespace, bridge } = item.args;
      return { ...item, args: { ...item.args, namespace: to(namespace), bridge: to(bridge) } };
    }
    case "NatRule":
      return { ...item, args: { ...item.args, namespace: to(item.args.namespace) } };
    case "FilterRule":
      return { ...item, args: { ...item.args, namespace: to(item.args.namespace) } };
    case "VethPair": {
      const { end, peer } = item.args;
      const moved = <E extends End>(one: E): E => ({
        ...one,
        namespace: to(one.namespace),
        bridge: to(one.bridge),
      });
      return { ...item, args: { end: moved(end), peer: moved(peer) } };
    }
    case "Address":
      return { ...item, args: { ...item.args, interface: to(item.args.interface) } };
    case "Neighbor":
      return { ...item, args: { ...item.args, interface: to(item.args.interface) } };
    case "PolicyRule": {
      const { namespace, iif, oif } = item.args;
      return { ...item, args: { ...item.args, namespace: to(namespace), iif: to(iif), oif: to(oif) } };
    }
    case "Sysctl":
      return {
        ...item,
        args: { ...item.args, link: to(item.args.link), namespace: to(item.args.namespace) },
      };
    case "Route": {
      const { namespace, interface: link, nexthops } = item.args;
      const ways = nexthops?.map((way) => ({ ...way, interface: to(way.interface) }));
      return {
        ...item,
        args: { ...item.args, namespace: to(namespace), interface: to(link), nexthops: ways },
      };
    }
  }
}
