import type { Host } from "./host";

/** What tells hosts apart. */
export type HostId = Pick<Host, "id">;

/** What a check needs of a host: it runs nothing there. */
export type HostToCheck = Pick<Host, "id" | "facts">;

/** Something that is kept for each host by itself: what is known of one says nothing of another. */
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
