import { type Command, command } from "../../linux/command";
import type { Family } from "../../linux/ip";
import { attemptOne, type Outcome, type Plan, textOf } from "../../linux/plan";
import type { Protocol } from "../packet";
import { PROBE_SCRIPT, type Trial } from "./script";

/** Sends real packets to test the findings. */

export interface Target {
  readonly ip: string;
  readonly family: Family;
  readonly protocol: Protocol | "http";
  readonly port?: number | undefined;
  /** The path of an HTTP request. Default: `/`. */
  readonly path?: string | undefined;
}

/** The result of a probe. */
export interface Answer {
  /** `undefined` if nothing was sent, or if silence proves nothing, as with UDP. */
  readonly isReached: boolean | undefined;
  /** Whether a packet was sent at all. */
  readonly isTried: boolean;
  /** Whether the namespace does not exist. */
  readonly isPlaceGone?: boolean;
  /** The status of an HTTP answer. */
  readonly status?: number | undefined;
  /** The result in words. */
  readonly text: string;
}

/** Options of a probe. */
interface Manner {
  /** Milliseconds to wait for an answer. Default: 1000. */
  readonly patience?: number | undefined;
  /** The content of a UDP datagram. Default: empty. */
  readonly payload?: string | undefined;
}

/** Milliseconds. A proxy may delay its answer almost as long (`proxy_delay`). */
export const PATIENCE = 1000;

/** Sends one packet from `namespace` to `target`. */
export function* probe(
  namespace: string | undefined,
  target: Target,
  { patience = PATIENCE, payload = "" }: Manner = {},
): Plan<Answer> {
  const { protocol, ip, port = 0, path = "/" } = target;
  if (protocol === "icmp") return readPing(target, yield* attemptOne(ping(namespace, target, patience)));
  const trial: Trial = { protocol, ip, port, wait: patience, payload, path };
  const words = ["-e", PROBE_SCRIPT, JSON.stringify(trial)];
  return readSocket(target, yield* attemptOne(command("node", namespace, words)));
}

const ping = (
  namespace: string | undefined,
  { ip }: Target,
  patience: number,
  more: readonly string[] = [],
): Command => command("ping", namespace, [...["-n", "-c1", "-W", String(patience / 1000)], ...more, ip]);

export const untried = (text: string, isPlaceGone = false): Answer => ({
  ...{ isReached: undefined, isTried: false, text },
  ...(isPlaceGone && { isPlaceGone }),
});

const tried = (isReached: boolean | undefined, text: string): Answer => ({ isReached, isTried: true, text });

const isPlaceGone = (outcome: Outcome): boolean =>
  !outcome.isOk && outcome.reason === "NotFound" && /network namespace/.test(outcome.stderr);

/** Returns why a tool could not start or enter the namespace. */
function obstacleIn(outcome: Outcome): string | undefined {
  if (outcome.isOk) return undefined;
  const { reason, stderr } = outcome;
  return /ToolMissing|Timeout/.test(reason) || /network namespace/.test(stderr) ? stderr.trim() : undefined;
}

function readPing({ ip }: Target, outcome: Outcome): Answer {
  const obstacle = obstacleIn(outcome);
  if (obstacle !== undefined) return untried(`cannot ping: ${obstacle}`, isPlaceGone(outcome));
  if (outcome.isOk) return tried(true, `ping ${ip}: answered`);
  const [, said = "no answer"] =
    /(?:From \S+ \S+ (.*)|(?:connect|sendmsg): (.*))/
      .exec(outcome.stderr)
      ?.filter((part) => part !== undefined) ?? [];
  return tried(false, `ping ${ip}: ${said}`);
}

function readSocket({ protocol, ip, port }: Target, outcome: Outcome): Answer {
  const what = `${protocol.toUpperCase()} ${ip} port ${port}`;
  const word = textOf(outcome);
  if (word === undefined)
    return untried(obstacleIn(outcome) ?? `${what}: the probe failed`, isPlaceGone(outcome));
  if (/^\d+$/.test(word)) return { ...tried(true, `${what}: status ${word}`), status: Number(word) };
  switch (word) {
    case "open":
      return tried(true, `${what}: connected`);
    case "answer":
      return tried(true, `${what}: answered`);
    case "ECONNREFUSED":
      return tried(false, `${what}: refused`);
    case "silence":
      return protocol === "udp"
        ? tried(undefined, `${what}: no answer, which proves nothing, because a UDP server need not answer`)
        : tried(false, `${what}: no answer`);
    default:
      return tried(false, `${what}: ${word}`);
  }
}

/** The size of the IP and ICMP headers of a ping. */
const HEADERS = { ipv4: 28, ipv6: 48 } as const;

/**
 * Sends a packet as large as the sender's link allows. It must arrive, or a router must report it as too large. A
 * connection stalls only if the router drops the packet without a report.
 */
export function* probeLarge(
  namespace: string | undefined,
  target: Target,
  mtu: number,
  patience = PATIENCE,
): Plan<Answer> {
  const size = mtu - HEADERS[target.family];
  const outcome = yield* attemptOne(ping(namespace, target, patience, ["-M", "do", "-s", String(size)]));
  const what = `ping with packets of ${mtu} bytes`;
  if (outcome.isOk) return tried(true, `${what}: answered`);
  return /Frag needed|message too long|too big/i.test(outcome.stderr)
    ? tried(true, `${what}: a router reports them as too large, as it should`)
    : tried(false, `${what}: no answer`);
}
