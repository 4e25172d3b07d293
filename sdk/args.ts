import type * as pulumi from "@pulumi/pulumi";
import type { LinkHandle, NamespaceHandle } from "./handles";

/** Protocols that rules match. */
export type Protocol = "tcp" | "udp" | "sctp" | "icmp" | "icmpv6" | "esp" | "ah";

/**
 * Arguments of a part of a composite: names stand in place of references, as a part is not a resource. Objects and maps are
 * plain, so that an editor proposes their keys alone; their values may be outputs. Docs of the fields survive.
 */
export type Names<T> = { [K in keyof T]: NameOf<T[K]> };

type NameOf<T> = T extends NamespaceHandle | LinkHandle
  ? never
  : T extends Promise<infer U> | pulumi.OutputInstance<infer U>
    ? [U] extends [Plain | readonly unknown[]]
      ? T
      : never
    : T extends readonly (infer E)[]
      ? readonly NameOf<E>[]
      : T extends object
        ? Names<T>
        : T;

type Plain = string | number | boolean | undefined;
