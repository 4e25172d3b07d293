import type { Place } from "./network/network";

/** Returns the name of a parameter with dots, unless the name of a link contains dots. */
export const dotted = (path: string): string => (path.includes(".") ? path : path.replaceAll("/", "."));

/** Joins lines to paste, without absent ones. */
export const linesOf = (...lines: readonly (string | undefined)[]): string =>
  lines.filter((line) => line !== undefined).join("\n");

/** Returns the argument that puts a resource into a place. */
export const inPlace = (place: Place): string =>
  place.name === undefined ? "" : `namespace: "${place.name}", `;

/** Returns `ip -n red`, or `ip` on the host. */
export const ipIn = (place: Place): string => (place.name === undefined ? "ip" : `ip -n ${place.name}`);

/** Returns a Sysctl for a program. */
export const sysctlCode = (place: Place, key: string, value: number): string =>
  `new Sysctl("…", { ${inPlace(place)}key: "${dotted(key)}", value: ${value} });`;

/** Returns an Address for a program. */
export const addressCode = (place: Place, link: string, address: string): string =>
  `new Address("…", { ${inPlace(place)}interface: "${link}", address: "${address}" });`;

/** Returns the shell words that run a command in a place. */
export const execIn = (place: Place): string =>
  place.name === undefined ? "" : `ip netns exec ${place.name} `;

/** Returns a Route for a program. `target` is a network or an address. */
export const routeCode = (place: Place, target: string, via: string, table?: number | string): string =>
  `new Route("…", { ${inPlace(place)}destination: "${target}", via: "${via}"${table === undefined ? "" : `, table: ${JSON.stringify(table)}`} });`;
