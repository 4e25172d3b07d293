import { type Command, command } from "../../linux/command";
import type { Family } from "../../linux/ip";
import { attemptOne, type Outcome, type Plan, textOf } from "../../linux/plan";
import type { Protocol } from "../packet";
import { PROBE_SCRIPT, type Trial } from "./script";

/** Real packets, to see whether what was found is so. */

export interface Target {
  readonly ip: string;
  readonly family: Family;
  readonly protocol: Protocol | "http";
  readonly port?: number | undefined;
  /** Of an HTTP request. Default: `/`. */
  readonly path?: string | undefined;
}

/** What came of it. */
export interface Answer {
  /** `undefined`: silence says nothing, as with UDP, or it was not tried. */
  readonly isReached: boolean | undefined;
  /** Whether a packet was sent at all. */
  readonly isTried: boolean;
  /** Whether there is no namespace to send one from. */
  readonly isPlaceGone?: boolean;
  /** Of an HTTP answer. */
  readonly status?: number | undefined;
  /** In words. */
  readonly text: string;
}

/** How to try. */
interface Manner {
  /** Milliseconds to wait for an answer. Default: 1000. */
  readonly patience?: number | undefined;
  /** Text of a UDP datagram. Default: none. */
  readonly payload?: string | undefined;
}

/** Milliseconds. A proxy may let a request wait for nearly as long (`proxy_delay`). */
export const PATIENCE = 1000;

/** Tries to reach `target` from `namespace`, once. */
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

/** Why a tool could not even start, or be where it was to be. */
function obstacleIn(outcome: Outcome): string | undefined {
  if (outcome.isOk) return undefined;
  const { reason, stderr } = outcome;
  return /ToolMissing|Timeout/.test(reason) || /network namespace/.test(stderr) ? stderr.trim() : undefined;
}

function readPing({ ip }: Target, outcome: Outcome): Answer {
  const obstacle = obstacleIn(outcome);
  if (obstacle !== undefined) return untried(`no ping: ${obstacle}`, isPlaceGone(outcome));
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
        ? tried(undefined, `${what}: no answer, which says nothing: a UDP server need not answer`)
        : tried(false, `${what}: no answer`);
    default:
      return tried(false, `${what}: ${word}`);
  }
}

/** Bytes of the headers of a ping: IP and ICMP. */
const HEADERS = { ipv4: 28, ipv6: 48 } as const;

/**
 * Tries whether packets as large as the sender's link takes get through, or a router says that they do not: only where
 * they get lost without a word does a connection hang.
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
    ? tried(true, `${what}: told that they are too large, as should be`)
    : tried(false, `${what}: no answer`);
}
