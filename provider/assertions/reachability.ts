import { z } from "zod";
import type { Args, Problem } from "../engine/definition";
import { knownOn } from "../engine/discover";
import { integer, isBroken, namespaceName, withoutSign } from "../fields/common";
import { machineIp } from "../fields/machine";
import type { Host } from "../linux/host/host";
import { runPlan } from "../linux/host/runPlan";
import { familyOf } from "../linux/ip";
import { placeName } from "../trace/network/network";
import { type Answer, probe, type Target } from "../trace/probe/probe";
import { type Question, trace } from "../trace/trace";
import { type Assertion, PlaceGoneError } from "./assertion";

/** The target of an HTTP request, in the origin-form of RFC 9112. */
const httpPath = z.string().refine((path) => /^\/[\x21-\x7e]*$/.test(path), {
  error: ({ input }) => `is ${JSON.stringify(input)}, not a path such as /health, without spaces`,
});

const payload = z.string().superRefine((text, ctx) => {
  const bytes = Buffer.byteLength(text);
  if (bytes > 1200) ctx.addIssue({ code: "custom", message: `is ${bytes} bytes long: write 1200 or less` });
  if (isBroken(text))
    ctx.addIssue({ code: "custom", message: `is ${JSON.stringify(text)}, which contains half a character` });
});

const trigger = z.union([z.string(), z.number().overwrite(withoutSign), z.boolean()], {
  // Triggers may be secret, so the value is not repeated.
  error: "is neither text nor a number nor a boolean",
});

const seconds = z.number().refine((n) => n >= 0.1 && n <= 25, {
  error: ({ input }) => `is ${String(input)}, not a number from 0.1 to 25 seconds`,
});

export const ReachabilityArgs = z.object({
  namespace: namespaceName.optional(),
  target: machineIp,
  protocol: z.enum(["ping", "tcp", "udp", "http"]).default("ping"),
  port: integer(1, 65535).optional(),
  path: httpPath.optional(),
  status: integer(100, 599).optional(),
  payload: payload.optional(),
  expect: z.enum(["reachable", "blocked"]).default("reachable"),
  timeout: seconds.default(1),
  retries: integer(0, 100).default(3),
  triggers: z.array(trigger).optional(),
});

type Given = z.output<typeof ReachabilityArgs>;

/** The fields that depend on each other. The others may still be unknown. */
const Probing = ReachabilityArgs.pick({
  protocol: true,
  port: true,
  path: true,
  status: true,
  payload: true,
});

const given = (args: Args): Given => ReachabilityArgs.parse(args);

/** Checks that packets reach a target, or that they do not. See ping(8), tcp(7), udp(7), RFC 9110. */
export const reachability: Assertion = {
  kind: "Reachability",
  schema: ReachabilityArgs,
  onChange: {
    namespace: "update",
    target: "update",
    protocol: "update",
    port: "update",
    path: "update",
    status: "update",
    payload: "update",
    expect: "update",
    timeout: "update",
    retries: "update",
    triggers: "update",
  },

  id: (args) => `${placeName(given(args).namespace)} to ${whatIs(given(args))}`,

  problems: (args) => problemsOf(Probing.parse(args)),

  patience(args) {
    const { retries, expect } = given(args);
    return { looks: retries + 1, endsAt: expect === "reachable" ? "first success" : "first failure" };
  },

  async look(host, args) {
    const asked = given(args);
    const { namespace, expect, timeout, payload } = asked;
    const options = { patience: timeout * 1000, payload };
    const answer = await runPlan(host, probe(namespace, targetOf(asked), options));
    if (!answer.isTried) {
      const message = `${reachability.id(args)} could not be tried: ${answer.text}`;
      if (!answer.isPlaceGone) throw new Error(message);
      throw new PlaceGoneError(
        `${message}\nIf the state has ${namespace}, and the kernel lost it, for example in a reboot: run \`pulumi up --refresh\`.`,
      );
    }
    const isReached = answer.isReached === true && isStatus(answer, asked);
    if (isReached === (expect === "reachable")) return { holds: true, outputs: { answer: answer.text } };
    return { holds: false, reason: reasonOf(asked, answer) };
  },

  explain: (host, args) => explain(host, given(args)),
};

const portOf = ({ protocol, port }: Given): number | undefined =>
  port ?? (protocol === "http" ? 80 : undefined);

const targetOf = (asked: Given): Target => ({
  ip: asked.target,
  family: familyOf(asked.target),
  protocol: asked.protocol === "ping" ? "icmp" : asked.protocol,
  port: portOf(asked),
  path: asked.path,
});

function whatIs(asked: Given): string {
  const { protocol, target } = asked;
  const port = portOf(asked);
  return `${target} by ${protocol === "ping" ? "ping" : protocol.toUpperCase()}${port === undefined ? "" : ` on port ${port}`}`;
}

const isStatus = ({ status }: Answer, asked: Given): boolean =>
  asked.status === undefined || status === asked.status;

function reasonOf(asked: Given, { text }: Answer): string {
  const from = placeName(asked.namespace);
  if (asked.expect === "blocked")
    return `${from} can reach ${whatIs(asked)}, but \`expect\` is \`blocked\` (${text})`;
  const wanted = asked.status === undefined ? "" : `, not the expected status ${asked.status}`;
  return `${from} does not reach ${whatIs(asked)} (${text}${wanted})`;
}

async function explain(host: Host, asked: Given): Promise<string> {
  const { namespace, target, protocol, expect } = asked;
  const isBlocked = expect === "blocked";
  const question: Question = {
    from: namespace,
    to: { ip: target },
    protocol: protocol === "ping" ? "icmp" : protocol === "http" ? "tcp" : protocol,
    port: portOf(asked),
    withProbe: !isBlocked,
  };
  const { sentence, steps, fault } = await trace(host, question, await knownOn(host));
  if (!isBlocked) return fault?.code === undefined ? sentence : `${sentence}\n${fault.code}`;
  const there = steps.filter(({ direction, way }) => direction === "there" && way === undefined);
  const places = there.map(({ place }) => placeName(place));
  const way = places.filter((place, at) => place !== places[at - 1]);
  return `the way is ${way.join(" → ")}: add a filter to one of these`;
}

function problemsOf({ protocol, port, path, status, payload }: z.output<typeof Probing>): Problem[] {
  const needs = (protocol === "tcp" || protocol === "udp") && port === undefined;
  const refuse = (property: string, value: unknown, only: readonly string[]): Problem[] =>
    value === undefined || only.includes(protocol)
      ? []
      : [
          {
            property,
            reason: `has no meaning for \`${protocol}\`: leave it out, or set \`protocol\` to ${only.join(" or ")}`,
          },
        ];
  return [
    ...(needs ? [{ property: "port", reason: `is required for \`${protocol}\`` }] : []),
    ...refuse("port", port, ["tcp", "udp", "http"]),
    ...refuse("path", path, ["http"]),
    ...refuse("status", status, ["http"]),
    ...refuse("payload", payload, ["udp"]),
  ];
}
