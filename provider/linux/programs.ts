/** Other programs on a host, recognised by the names of their chains and tables. */
const PROGRAMS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^DOCKER\b/, "Docker"],
  [/^NETAVARK|^netavark$/, "Podman"],
  [/^CNI-/, "a CNI plugin"],
  [/^LIBVIRT_/, "libvirt"],
];

/** Returns the programs that created any of these chains or tables. */
export const programsOf = (names: readonly string[]): string[] =>
  PROGRAMS.filter(([pattern]) => names.some((name) => pattern.test(name))).map(([, name]) => name);
