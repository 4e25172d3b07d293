import { type Command, command } from "../command";
import type { Family } from "../fields/common";
import type { Protocol } from "./packet";
import { ask, type Outcome, type Plan } from "./plan";
import { PROBE_SCRIPT } from "./probeScript";

/** Real packets, to see whether what was found is so. */

export interface Target {
  readonly ip: string;
  readonly family: Family;
  readonly protocol: Protocol;
  readonly port?: number | undefined;
}

/** What came of it. */
export interface Answer {
  /** `undefined`: it could not be tried, or silence says nothing, as with UDP. */
  readonly isReached: boolean | undefined;
  /** In words. */
  readonly text: string;
}

/** Milliseconds to wait for an answer where nothing else is asked for. */
const PATIENCE = 1000;

/** Tries to reach `target` from `namespace`, once. */
export function* probe(
  namespace: string | undefined,
  target: Target,
  { patience = PATIENCE, payload = "" }: { patience?: number | undefined; payload?: string | undefined } = {},
): Plan<Answer> {
  if (target.protocol === "icmp") return readPing(target, yield* ask(ping(namespace, target, patience)));
  const { protocol, ip, port } = target;
  const words = ["-e", PROBE_SCRIPT, "--", protocol, ip, String(port), String(patience), payload];
  return readSocket(target, yield* ask(command("node", namespace, words)));
}

const ping = (
  namespace: string | undefined,
  { ip }: Target,
  patience: number,
  more: readonly string[] = [],
): Command => command("ping", namespace, [...["-n", "-c1", "-W", String(patience / 1000)], ...more, ip]);

function readPing({ ip }: Target, outcome: Outcome): Answer {
  if (outcome.isOk) return { isReached: true, text: `ping ${ip}: answered` };
  const { reason, stderr } = outcome;
  if (reason === "ToolMissing") return { isReached: undefined, text: "not tried: `ping` is not installed" };
  const [, said = "no answer"] =
    /(?:From \S+ \S+ (.*)|(?:connect|sendmsg): (.*))/.exec(stderr)?.filter((part) => part !== undefined) ??
    [];
  return { isReached: false, text: `ping ${ip}: ${said}` };
}

function readSocket({ protocol, ip, port }: Target, outcome: Outcome): Answer {
  const what = `${protocol.toUpperCase()} ${ip} port ${port}`;
  if (!outcome.isOk) return { isReached: undefined, text: `not tried: ${outcome.stderr.trim()}` };
  switch (outcome.text) {
    case "open":
      return { isReached: true, text: `${what}: connected` };
    case "answer":
      return { isReached: true, text: `${what}: answered` };
    case "ECONNREFUSED":
      return { isReached: false, text: `${what}: refused` };
    case "silence":
      return protocol === "udp"
        ? {
            isReached: undefined,
            text: `${what}: no answer, which says nothing: a UDP server need not answer`,
          }
        : { isReached: false, text: `${what}: no answer` };
    default:
      return { isReached: false, text: `${what}: ${outcome.text}` };
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
  const outcome = yield* ask(ping(namespace, target, patience, ["-M", "do", "-s", String(size)]));
  const what = `ping with packets of ${mtu} bytes`;
  if (outcome.isOk) return { isReached: true, text: `${what}: answered` };
  if (outcome.reason === "ToolMissing") return { isReached: undefined, text: "" };
  return /Frag needed|message too long|too big/i.test(outcome.stderr)
    ? { isReached: true, text: `${what}: told that they are too large, as should be` }
    : { isReached: false, text: `${what}: no answer` };
}
