import { z } from "zod";
import { type Family, familyOf } from "../linux/ip";
import { linkFactsOf, type MadeLink } from "../linux/linkTypes";
import { parseMark } from "../linux/marks/mark";
import { objectName } from "../linux/marks/objectName";
import { covers } from "../linux/prefix";
import { parameterOf } from "../linux/sysctlRelations";
import type { DeviceAddress, Place, Port } from "./network/network";

/** The resource of a program that makes something. */
export interface Owner {
  readonly kind: string;
  /** Its name in the program; of a part of a composite with that of the whole before it: `star/red/eth0`. */
  readonly name: string;
  /** `PROJECT/STACK`; absent where the names are too long for a mark. */
  readonly stack?: string | undefined;
  /** As the stack's state has it; absent where that could not be read. */
  readonly urn?: string | undefined;
}

export type Args = Readonly<Record<string, unknown>>;

/** The name of a kind, and the kernel objects that a resource of it has. */
interface Kind {
  readonly kind: string;
  objectNames(args: Args): readonly string[];
  settings?(args: Args): readonly string[];
}

/** A resource, or a part of one, that a record or a state knows. */
export interface Known {
  readonly definition: Kind;
  /** Its arguments, and its mark. */
  readonly args: Args;
  readonly urn?: string | undefined;
}

/** Who makes what, by marks in the kernel, records beside it, and states where these were read. */
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

  /** What a record or a state says of a resource; `undefined` where there is neither. */
  argsOf(owner: Owner): Args | undefined {
    return this.byName.get(ownerName(owner))?.args;
  }

  /** Whether this owner may have resources of which nothing is known here: its stack's state has not been read. */
  mayHaveMore(owner: Owner | undefined): boolean {
    return owner !== undefined && !this.known.some(({ args, urn }) => urn !== undefined && isOf(args, owner));
  }

  /** The first resource of a kind whose arguments fit. */
  find(kind: string, fits: (args: Args) => boolean): Owner | undefined {
    const found = this.known.find(({ definition, args }) => definition.kind === kind && fits(args));
    return found && this.ofMark(String(found.args["mark"]));
  }

  /** The first resource of any kind of link that makes a link which fits. */
  findLink(fits: (link: MadeLink) => boolean): Owner | undefined {
    const found = this.known.find(({ definition, args }) =>
      linkFactsOf(definition.kind)?.linksOf(args).some(fits),
    );
    return found && this.ofMark(String(found.args["mark"]));
  }

  /** Who wrote this mark, which a rule may say more behind; `undefined` where it is none. */
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

  /** `table` as arguments have it. */
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

  /** Whose route would lead to an address, though the kernel has none. */
  ofMissingRoute(place: Place, ip: string): Owner | undefined {
    return this.ofMissing("Route", place, ({ destination, type, table }) => {
      const network =
        destination === "default" ? (ip.includes(":") ? "::/0" : "0.0.0.0/0") : String(destination);
      return type === "unicast" && table === "main" && covers(network, ip);
    });
  }

  /** Who would give a place an address of this family, though the kernel has none. */
  ofMissingAddress(place: Place, family: Family): Owner | undefined {
    return this.ofMissing("Address", place, ({ address }) => familyOf(String(address)) === family);
  }

  private ofMissing(kind: string, place: Place, fits: (args: Args) => boolean): Owner | undefined {
    return this.find(kind, (args) => args["namespace"] === place.name && fits(args));
  }

  /** The value that its owner says a parameter has. */
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

  /** `path` as below /proc/sys. */
  ofSysctl(place: Place, path: string): Owner | undefined {
    return this.byClaim.get(objectName("sysctl", place.name, parameterOf(path)));
  }
}

const isOf = (args: Args, { stack }: Owner): boolean => parseMark(String(args["mark"]))?.stack === stack;

/** `VethPair "veth-red" of lab/dev` */
export const ownerName = ({ kind, name, stack }: Owner): string =>
  `${kind} "${name}"${stack === undefined ? "" : ` of ${stack}`}`;
