import type { Place } from "./network/network";

/** A parameter's path as people write it: with dots, unless a link's name holds some. */
export const dotted = (path: string): string => (path.includes(".") ? path : path.replaceAll("/", "."));

/** Several lines to paste; those that are not there are left out. */
export const linesOf = (...lines: readonly (string | undefined)[]): string =>
  lines.filter((line) => line !== undefined).join("\n");

/** The argument that puts a resource into a place. */
export const inPlace = (place: Place): string =>
  place.name === undefined ? "" : `namespace: "${place.name}", `;

/** `ip -n red`, or `ip` on the host. */
export const ipIn = (place: Place): string => (place.name === undefined ? "ip" : `ip -n ${place.name}`);

/** A Sysctl for a program. */
export const sysctlCode = (place: Place, key: string, value: number): string =>
  `new Sysctl("…", { ${inPlace(place)}key: "${dotted(key)}", value: ${value} });`;

/** An Address for a program. */
export const addressCode = (place: Place, link: string, address: string): string =>
  `new Address("…", { ${inPlace(place)}interface: "${link}", address: "${address}" });`;

/** How a shell runs something in a place. */
export const execIn = (place: Place): string =>
  place.name === undefined ? "" : `ip netns exec ${place.name} `;

/** A route for a program; `target` is a network, or an address alone. */
export const routeCode = (place: Place, target: string, via: string, table?: number | string): string =>
  `new Route("…", { ${inPlace(place)}destination: "${target}", via: "${via}"${table === undefined ? "" : `, table: ${JSON.stringify(table)}`} });`;
