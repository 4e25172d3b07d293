/** Protocols and ports, in the forms of tools and of arguments. */

const NUMBERS = { tcp: 6, udp: 17, sctp: 132, icmp: 1, icmpv6: 58, esp: 50, ah: 51 };

export const PROTOCOLS = ["tcp", "udp", "sctp", "icmp", "icmpv6", "esp", "ah"] as const;

export type Protocol = (typeof PROTOCOLS)[number];

/** A protocol as a tool prints it: by a name from /etc/protocols, or by number on a host without that file. */
export function protocolOf(listed: string | number): Protocol | undefined {
  const name = listed === "ipv6-icmp" ? "icmpv6" : String(listed);
  return PROTOCOLS.find((option) => option === name || String(NUMBERS[option]) === name);
}

/** Returns the number, for tools on a host without /etc/protocols. */
export const protocolNumber = (name: Protocol): number => NUMBERS[name];

export const hasPorts = (name: Protocol | undefined): boolean =>
  name === "tcp" || name === "udp" || name === "sctp";

export const LAST_PORT = 65535;

/** First and last port of a range, equal for a single port. */
export type Ports = readonly [first: number, last: number];

/** Parses `80` or `8000-8010` in the written order. Returns `undefined` for any other text. */
export function parsePorts(text: string): Ports | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (!match) return undefined;
  const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
  return [first, last].every((port) => port >= 1 && port <= LAST_PORT) ? [first, last] : undefined;
}

export const printPorts = ([first, last]: Ports): string =>
  first === last ? `${first}` : `${first}-${last}`;

/** Returns the canonical form: a number for one port, a string for a range. */
export const portValue = (ports: Ports): number | string =>
  ports[0] === ports[1] ? ports[0] : printPorts(ports);
