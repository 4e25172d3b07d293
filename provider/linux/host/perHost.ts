import type { Host } from "./host";

export type HostId = Pick<Host, "id">;

/** The part of a host that a check needs. A check runs nothing there. */
export type HostToCheck = Pick<Host, "id" | "facts">;

/** A value for each host, because knowledge of one host says nothing about another. */
export interface PerHost<T> {
  of(host: HostId): T;
  forget(): void;
}

export function perHost<T>(make: () => T): PerHost<T> {
  const kept = new Map<string, T>();
  return {
    of: ({ id }) => {
      const value = kept.get(id) ?? make();
      kept.set(id, value);
      return value;
    },
    forget: () => kept.clear(),
  };
}
