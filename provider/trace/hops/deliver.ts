import { command } from "../../linux/command";
import { canonicalIp } from "../../linux/ip";
import { attemptOne, type Plan, textOf } from "../../linux/plan";
import { sysctlFix } from "../drift";
import type { Fault } from "../fault";
import { factsOf, faultAt, type Journey, note } from "../journey";
import type { Place } from "../network/network";
import type { Packet } from "../packet";

/** Checks whether a program receives the packet at its destination. */
export function* deliver(journey: Journey, place: Place, packet: Packet): Plan<Fault | undefined> {
  const { name } = place;
  if (packet.isReply) {
    note(journey, place, "delivery", "gets the answer");
    return undefined;
  }
  if (packet.protocol === "icmp") {
    const { sysctls } = yield* factsOf(journey, place);
    const key = packet.family === "ipv4" ? "net/ipv4/icmp_echo_ignore_all" : "net/ipv6/icmp/echo_ignore_all";
    if (sysctls.get(key) === "1") {
      return faultAt(journey, place, {
        cause: "ping-ignored",
        reason: `it does not answer pings, because ${key.replaceAll("/", ".")} is 1`,
        ...sysctlFix(journey, place, key, "0"),
      });
    }
    note(journey, place, "delivery", `answers ping to ${packet.destination}`, journey.owners.ofPlace(place));
    return undefined;
  }
  const outcome = yield* attemptOne(command("ss", name, ["-H", "-lntu"]));
  return listening(journey, place, packet, textOf(outcome));
}

function listening(
  journey: Journey,
  place: Place,
  packet: Packet,
  text: string | undefined,
): Fault | undefined {
  const { protocol, port, destination, family } = packet;
  const what = `${protocol.toUpperCase()} port ${port}`;
  if (text === undefined) {
    note(journey, place, "delivery", `has unknown listeners, because \`ss\` is missing`);
    return undefined;
  }
  const sockets = parseSockets(text).filter((socket) => socket.protocol === protocol && socket.port === port);
  if (sockets.some(({ ip }) => isFor(ip, destination, family))) {
    note(journey, place, "delivery", `listens on ${what}`);
    return undefined;
  }
  const [other] = sockets;
  return faultAt(journey, place, {
    cause: "not-listening",
    reason: other
      ? `what listens on ${what} does so on ${other.ip} only, not on ${destination}`
      : `nothing listens on ${what}`,
    fix: other
      ? `let it listen on ${destination} or ${family === "ipv4" ? "0.0.0.0" : "::"}`
      : "start the server, or use another port",
  });
}

interface Socket {
  readonly protocol: string;
  readonly ip: string;
  readonly port: number;
}

/** The columns of `ss -H -lntu`: protocol, state, queues, local address, peer address. */
const parseSockets = (text: string): Socket[] =>
  text.split("\n").flatMap((line) => {
    const [protocol = "", , , , own = ""] = line.trim().split(/\s+/);
    const [, ip = "", port = ""] = /^(.*):(\d+)$/.exec(own) ?? [];
    return port === ""
      ? []
      : [{ protocol, ip: canonicalIp(ip.replace(/%.*$|[[\]]/g, "")), port: Number(port) }];
  });

const isFor = (ip: string, destination: string, family: string): boolean =>
  ip === "*" || ip === destination || ip === (family === "ipv4" ? "0.0.0.0" : "::");
