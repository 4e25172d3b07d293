import { z } from "zod";
import { type Family, familyOf } from "../linux/ip";
import { linkFactsOf, type MadeLink } from "../linux/linkTypes";
import { parseMark } from "../linux/marks/mark";
import { objectName } from "../linux/marks/objectName";
import { covers } from "../linux/prefix";
import { parameterOf } from "../linux/sysctlRelations";
import type { DeviceAddress, Place, Port } from "./network/network";

/** The resource that owns an object. */
export interface Owner {
  readonly kind: string;
  /** Its name in the program. A part of a composite follows the name of the composite: `star/red/eth0`. */
  readonly name: string;
  /** `PROJECT/STACK`. Absent if the names are too long for a mark. */
  readonly stack?: string | undefined;
  /** From the state of the stack. Absent without it. */
  readonly urn?: string | undefined;
}

export type Args = Readonly<Record<string, unknown>>;

/** The name of a kind, and the object names of its resources. */
interface Kind {
  readonly kind: string;
  objectNames(args: Args): readonly string[];
  settings?(args: Args): readonly string[];
}

/** A resource or part in a record or a state. */
export interface Known {
  readonly definition: Kind;
  /** Its arguments, and its mark. */
  readonly args: Args;
  readonly urn?: string | undefined;
}

/** The owners of objects, by marks in the kernel, records, and the states that were read. */
export class Owners {
  private readonly byClaim = new Map<string, Owner>();
  private readonly urns = new Map<string, string>();
  private readonly byName = new Map<string, Known>();

  constructor(private readonly known: readonly Known[]) {
    for (const one of known) {
      const { definition, args, urn } = one;
      const mark = String(args["mark"]);
      if (urn !== undefined) this.urns.set(mark, urn);
      const owner = this.ofMark(mark);
      if (!owner) continue;
      this.byName.set(ownerName(owner), one);
      for (const claim of [...definition.objectNames(args), ...(definition.settings?.(args) ?? [])])
        this.byClaim.set(claim, owner);
    }
  }

  /** Returns the arguments of a resource from its record or state, or `undefined` without either. */
  argsOf(owner: Owner): Args | undefined {
    return this.byName.get(ownerName(owner))?.args;
  }

  /** Whether the stack of this owner may have unknown resources, because its state has not been read. */
  mayHaveMore(owner: Owner | undefined): boolean {
    return owner !== undefined && !this.known.some(({ args, urn }) => urn !== undefined && isOf(args, owner));
  }

  /** Returns the first resource of a kind whose arguments match. */
  find(kind: string, fits: (args: Args) => boolean): Owner | undefined {
    const found = this.known.find(({ definition, args }) => definition.kind === kind && fits(args));
    return found && this.ofMark(String(found.args["mark"]));
  }

  /** Returns the first resource that makes a matching link. */
  findLink(fits: (link: MadeLink) => boolean): Owner | undefined {
    const found = this.known.find(({ definition, args }) =>
      linkFactsOf(definition.kind)?.linksOf(args).some(fits),
    );
    return found && this.ofMark(String(found.args["mark"]));
  }

  /** Returns the owner in a mark, which may have a suffix in a rule, or `undefined` for other text. */
  ofMark(text: string | undefined): Owner | undefined {
    const [mark = ""] = (text ?? "").split(",");
    const parsed = parseMark(mark);
    if (!parsed) return undefined;
    const { kind, name, stack } = parsed;
    return { kind, name, stack, urn: this.urns.get(mark) };
  }

  ofPlace(place: Place): Owner | undefined {
    return this.ofMark(place.devices.find(({ kind }) => kind === "loopback")?.alias);
  }

  ofLink({ place, device }: Port): Owner | undefined {
    return this.ofMark(device.alias) ?? this.byClaim.get(objectName("link", place.name, device.name));
  }

  ofOvsPort(link: string): Owner | undefined {
    return this.byClaim.get(objectName("port of Open vSwitch", undefined, link));
  }

  ofAddress({ place, device }: Port, { ip, prefix }: DeviceAddress): Owner | undefined {
    return this.byClaim.get(objectName("address", place.name, `${device.name} ${ip}/${prefix}`));
  }

  ofNeighbour(place: Place, link: string, ip: string): Owner | undefined {
    return this.byClaim.get(objectName("neighbour", place.name, `${link} ${ip}`));
  }

  /** `table` has the form of the arguments. */
  ofRoute(
    place: Place,
    destination: string,
    metric: number,
    table: number | string = "main",
  ): Owner | undefined {
    return this.byClaim.get(objectName("route", place.name, `${table} ${destination} metric ${metric}`));
  }

  ofPolicyRule(place: Place, family: Family, priority: number): Owner | undefined {
    return this.byClaim.get(objectName("rule", place.name, `${family} ${priority}`));
  }

  /** Returns the owner of a route to an address that is missing from the kernel. */
  ofMissingRoute(place: Place, ip: string): Owner | undefined {
    return this.ofMissing("Route", place, ({ destination, type, table }) => {
      const network =
        destination === "default" ? (ip.includes(":") ? "::/0" : "0.0.0.0/0") : String(destination);
      return type === "unicast" && table === "main" && covers(network, ip);
    });
  }

  /** Returns the owner of an address of this family that is missing from a place. */
  ofMissingAddress(place: Place, family: Family): Owner | undefined {
    return this.ofMissing("Address", place, ({ address }) => familyOf(String(address)) === family);
  }

  private ofMissing(kind: string, place: Place, fits: (args: Args) => boolean): Owner | undefined {
    return this.find(kind, (args) => args["namespace"] === place.name && fits(args));
  }

  /** Returns the value of a parameter in the arguments of its owner. */
  sysctlValue(place: Place, path: string): string | undefined {
    const owner = this.ofSysctl(place, path);
    const args = owner && this.argsOf(owner);
    const several = z.record(z.string(), z.unknown()).safeParse(args?.["sysctls"]).data ?? {};
    const value =
      owner?.kind === "Sysctl"
        ? args?.["value"]
        : Object.entries(several).find(([key]) => parameterOf(key) === parameterOf(path))?.[1];
    return value === undefined ? undefined : String(value);
  }

  /** `path` is relative to /proc/sys. */
  ofSysctl(place: Place, path: string): Owner | undefined {
    return this.byClaim.get(objectName("sysctl", place.name, parameterOf(path)));
  }
}

const isOf = (args: Args, { stack }: Owner): boolean => parseMark(String(args["mark"]))?.stack === stack;

/** `VethPair "veth-red" of lab/dev` */
export const ownerName = ({ kind, name, stack }: Owner): string =>
  `${kind} "${name}"${stack === undefined ? "" : ` of ${stack}`}`;
