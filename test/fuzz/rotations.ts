import { linksOf } from "./links";
import { type Item, type Program, pickedByKind } from "./program";

/** Gives each of some resources of one kind the values of the next one. */
export function rotated(program: Program, at: number, field: number): Program {
  const groupOf = (item: Item) =>
    program.filter(
      (one) => one.kind === item.kind && one.within === item.within && placeOf(one) === placeOf(item),
    );
  const item = pickedByKind(
    program.filter((one) => groupOf(one).length > 1),
    at,
  );
  if (!item) return program;
  const group = groupOf(item);
  return program.map((one) => {
    const next = group[(group.indexOf(one) + 1) % group.length];
    return group.includes(one) && next ? { ...given(program, one, next, field), takesOver: true } : one;
  });
}

/** The place of a resource, within which values of its kind are exchanged. */
function placeOf(item: Item): string | undefined {
  switch (item.kind) {
    case "Address":
    case "Neighbor":
      return item.args.interface;
    case "VethPair":
      return item.args.end.namespace;
    case "Namespace":
    case "Node":
    case "Topology":
      return undefined;
    default:
      return item.args.namespace;
  }
}

/** `item` with the name, the value, or everything of `next`. */
function given(program: Program, item: Item, next: Item, field: number): Item {
  const nameOf = (ref: string) => linksOf(program).find((link) => link.ref === ref)?.name ?? ref;
  const isWhole = field % 3 === 0;
  switch (item.kind) {
    case "Namespace":
      return next.kind === item.kind
        ? { ...item, args: { ...item.args, name: next.args.name ?? next.name } }
        : item;
    case "Link":
      return { ...item, args: { ...item.args, name: nameOf(next.name) } };
    case "Bridge":
      return { ...item, args: { ...item.args, name: nameOf(next.name) } };
    case "VethPair": {
      if (next.kind !== item.kind) return item;
      const end = { ...item.args.end, name: nameOf(`${next.name}.end`) };
      const peer = { ...item.args.peer, name: next.args.peer.name };
      const { args } = item;
      return {
        ...item,
        args:
          [
            { end, peer },
            { end, peer: args.peer },
            { end: args.end, peer },
          ][field % 3] ?? args,
      };
    }
    case "Address":
      if (next.kind !== item.kind) return item;
      return { ...item, args: isWhole ? next.args : { ...item.args, address: next.args.address } };
    case "Neighbor":
      if (next.kind !== item.kind) return item;
      return { ...item, args: isWhole ? next.args : { ...item.args, address: next.args.address } };
    case "Route":
      if (next.kind !== item.kind) return item;
      return { ...item, args: isWhole ? next.args : { ...item.args, destination: next.args.destination } };
    case "PolicyRule":
      if (next.kind !== item.kind) return item;
      return { ...item, args: isWhole ? next.args : { ...item.args, priority: next.args.priority } };
    case "Sysctl": {
      if (next.kind !== item.kind) return item;
      const { key, link } = next.args;
      return { ...item, args: isWhole ? next.args : { ...item.args, key, link } };
    }
    case "NatRule":
      return next.kind === item.kind ? { ...item, args: next.args } : item;
    case "FilterRule":
      return next.kind === item.kind ? { ...item, args: next.args } : item;
    case "Node":
    case "Topology":
      return item;
  }
}
