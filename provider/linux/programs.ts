/** Other programs on a host, by the names of the chains and tables that they make. */
const PROGRAMS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^DOCKER\b/, "Docker"],
  [/^NETAVARK|^netavark$/, "Podman"],
  [/^CNI-/, "a CNI plugin"],
  [/^LIBVIRT_/, "libvirt"],
];

/** The programs that have made any of these chains or tables. */
export const programsOf = (names: readonly string[]): string[] =>
  PROGRAMS.filter(([pattern]) => names.some((name) => pattern.test(name))).map(([, name]) => name);
