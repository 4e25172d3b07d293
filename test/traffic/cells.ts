import { type Family, inRange, type Place, PORTS } from "./network";
import type { Protocol } from "./tasks";

/** The client, the target, the protocol and the outcome: which server answers at which port and which peer it sees, or nothing. */
export type Cell = readonly [who: string, whom: Place, protocol: Protocol, port: number, outcome: string];

export const NOTHING = "nothing";
/** An answer to a ping has no further details. */
export const ANSWER = "an answer";

const SERVED: readonly (readonly [Protocol, number])[] = [
  ["tcp", PORTS.web],
  ["udp", PORTS.dns],
  ["icmp", 0],
];

/** All services of the inner hosts, requested at `whom`: `name` answers, and sees `seen`. */
const all = (who: string, whom: Place, name: string, seen: Place): Cell[] =>
  SERVED.map(([protocol, port]) => [
    ...([who, whom, protocol, port] as const),
    protocol === "icmp" ? ANSWER : `${name}:${port} sees ${seen}`,
  ]);

const byTcp = (who: string, whom: Place, port: number, outcome: string): Cell => [
  ...([who, whom, "tcp", port] as const),
  outcome,
];
const byUdp = (who: string, whom: Place, port: number, outcome: string): Cell => [
  ...([who, whom, "udp", port] as const),
  outcome,
];

/** The forward to red, which has a rule per protocol. */
const forward = (who: string, whom: Place, seen: Place): Cell[] => [
  byTcp(who, whom, PORTS.forward, `red:${PORTS.web} sees ${seen}`),
  byUdp(who, whom, PORTS.forward, `red:${PORTS.dns} sees ${seen}`),
];

const bySctp = (who: string, whom: Place, port: number, outcome: string): Cell => [
  ...([who, whom, "sctp", port] as const),
  outcome,
];

const SCTP: readonly Cell[] = [
  bySctp("red", "out", PORTS.web, `out:${PORTS.web} sees host.wan`),
  bySctp("red", "blue", PORTS.web, `blue:${PORTS.web} sees red`),
  bySctp("out", "host.wan", PORTS.forward, `red:${PORTS.web} sees out`),
  bySctp("host", "host.wan", PORTS.forward, `red:${PORTS.web} sees host.wan`),
  bySctp("blue", "host.wan", PORTS.forward, `red:${PORTS.web} sees host.lan`),
  bySctp("red", "host.lan", PORTS.forward, `red:${PORTS.web} sees host.lan`),
  bySctp("out", "alias", PORTS.web, `blue:${PORTS.web} sees out`),
  bySctp("out", "mappedRed", PORTS.web, `red:${PORTS.web} sees out`),
  bySctp("out", "host.wan", PORTS.web, NOTHING),
  bySctp("red", "alias", PORTS.web, NOTHING),
];

/** The cells of both families. */
const COMMON: readonly Cell[] = [
  ...SCTP,
  // Out of the lan with the host's address; within it, from the host and back, unchanged.
  ...all("red", "out", "out", "host.wan"),
  ...all("blue", "out", "out", "host.wan"),
  ...all("host", "out", "out", "host.wan"),
  ...all("red", "blue", "blue", "red"),
  ...all("blue", "red", "red", "blue"),
  ...all("host", "red", "red", "host.lan"),
  ...all("host", "blue", "blue", "host.lan"),
  // A forward: from outside, from the host by each of its addresses, and from the target's network, including the target.
  ...forward("out", "host.wan", "out"),
  ...forward("host", "host.wan", "host.wan"),
  ...forward("host", "host.lan", "host.lan"),
  ...forward("blue", "host.wan", "host.lan"),
  ...forward("blue", "host.lan", "host.lan"),
  ...forward("red", "host.wan", "host.lan"),
  ...forward("red", "host.lan", "host.lan"),
  // Ports one to one.
  ...inRange.flatMap((at): Cell[] => [
    byTcp("out", "host.wan", PORTS.range + at, `blue:${PORTS.rangeInside + at} sees out`),
    byUdp("out", "host.wan", PORTS.range + at, `blue:${PORTS.rangeInside + at} sees out`),
    byTcp("host", "host.wan", PORTS.range + at, `blue:${PORTS.rangeInside + at} sees host.wan`),
  ]),
  byTcp("out", "host.wan", PORTS.range + inRange.length, NOTHING),
  // An address that stands for blue. Within its network without `hairpin`, so the answer bypasses the host.
  ...all("out", "alias", "blue", "out"),
  byTcp("red", "alias", PORTS.web, NOTHING),
  byUdp("red", "alias", PORTS.dns, NOTHING),
  // A network that stands for another.
  ...all("out", "mappedRed", "red", "out"),
  ...all("out", "mappedBlue", "blue", "out"),
  // Another port of the host itself.
  byTcp("out", "host.wan", PORTS.redirect, `host:${PORTS.ofHost} sees out`),
  byUdp("out", "host.wan", PORTS.redirect, `host:${PORTS.ofHost} sees out`),
  byTcp("red", "host.lan", PORTS.redirect, `host:${PORTS.ofHost} sees red`),
  byUdp("red", "host.lan", PORTS.redirect, `host:${PORTS.ofHost} sees red`),
  // The lower priority comes first, though it was created later.
  byTcp("out", "host.wan", PORTS.order, `red:${PORTS.web} sees out`),
  byTcp("host", "host.wan", PORTS.order, `red:${PORTS.web} sees host.wan`),
  byTcp("blue", "out", PORTS.snat, `out:${PORTS.snat} sees blueOutside`),
  byTcp("red", "out", PORTS.snat, `out:${PORTS.snat} sees host.wan`),
  // Closed ports.
  byTcp("out", "host.wan", PORTS.web, NOTHING),
  byUdp("out", "host.wan", PORTS.dns, NOTHING),
  ...all("out", "red", "red", "out").map(
    ([who, whom, protocol, port]): Cell => [who, whom, protocol, port, NOTHING],
  ),
  byUdp("out", "host.wan", PORTS.order, NOTHING),
  byTcp("out", "host.wan", PORTS.onLocalhost, NOTHING),
  ["out", "host.wan", "icmp", 0, ANSWER],
];

/** Only IPv4 can reach localhost from elsewhere. */
const LOCALHOST: readonly Cell[] = [
  ...(["localhost", "localhost2"] as const).flatMap((whom): Cell[] => [
    byTcp("host", whom, PORTS.fromLocalhost, `red:${PORTS.web} sees host.lan`),
    byUdp("host", whom, PORTS.fromLocalhost, `red:${PORTS.dns} sees host.lan`),
  ]),
  byTcp("out", "host.wan", PORTS.fromLocalhost, `red:${PORTS.web} sees out`),
  byUdp("out", "host.wan", PORTS.fromLocalhost, `red:${PORTS.dns} sees out`),
  byTcp("host", "host.wan", PORTS.fromLocalhost, `red:${PORTS.web} sees host.wan`),
  byTcp("out", "host.wan", PORTS.toLocalhost, `host:${PORTS.onLocalhost} sees out`),
  byUdp("out", "host.wan", PORTS.toLocalhost, `host:${PORTS.onLocalhost} sees out`),
  byTcp("host", "host.wan", PORTS.toLocalhost, `host:${PORTS.onLocalhost} sees host.wan`),
  // The forwards without `routeLocalnet` do not affect localhost.
  byTcp("host", "localhost", PORTS.forward, NOTHING),
  byUdp("host", "localhost", PORTS.forward, NOTHING),
  byTcp("host", "localhost", PORTS.onLocalhost, `host:${PORTS.onLocalhost} sees localhost`),
  // By another link than the allowed one.
  byTcp("red", "host.lan", PORTS.toLocalhost, NOTHING),
  // A neighbour that sends the host packets addressed to localhost, by either link.
  byTcp("rogue", "localhost", PORTS.onLocalhost, NOTHING),
  byUdp("rogue", "localhost", PORTS.onLocalhost, NOTHING),
  byTcp("rogue", "localhost", PORTS.toLocalhost, NOTHING),
  byTcp("rogue", "localhost2", PORTS.fromLocalhost, NOTHING),
  byUdp("rogue", "localhost2", PORTS.fromLocalhost, NOTHING),
  byTcp("rogue", "host.wan", PORTS.toLocalhost, `host:${PORTS.onLocalhost} sees rogue`),
];

export const cellsOf = (family: Family): readonly Cell[] =>
  family === "ipv4"
    ? [...COMMON, ...all("host", "alias", "blue", "host.wan"), ...LOCALHOST]
    : // To an address of its own it speaks from that one.
      [...COMMON, ...all("host", "alias", "blue", "alias")];
