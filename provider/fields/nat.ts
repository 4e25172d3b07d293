import { z } from "zod";
import { LAST_PORT, type Ports, PROTOCOLS, parsePorts, portValue } from "../linux/protocols";
import { linkName, network } from "./common";

/** Fields that match packets. Each reports a problem in terms of the field, with a fix. */

const quote = (value: unknown): string => JSON.stringify(value);

/** A leading `!` negates a match. */
function parseNegation(text: string): { sign: "!" | ""; rest: string } {
  return text.startsWith("!") ? { sign: "!", rest: text.slice(1).trim() } : { sign: "", rest: text };
}

/** The network of all addresses of a family. */
export const isAny = (checked: string | undefined): boolean => checked?.endsWith("/0") ?? false;

/** A network that packets match. A leading `!` matches everything outside it. */
export const matchedNetwork = z.string().transform((text, ctx) => {
  const { sign, rest } = parseNegation(text);
  const { data, error } = network.safeParse(rest);
  const message =
    error?.issues[0]?.message ??
    (sign && isAny(data) ? `is ${quote(text)}, which no address matches: leave it out` : undefined);
  if (message === undefined) return `${sign}${data}`;
  ctx.addIssue({ code: "custom", message });
  return z.NEVER;
});

/** The name of a link that packets match. A trailing `*` matches any rest, and a leading `!` all other links. */
export const matchedInterface = z.string().transform((text, ctx) => {
  const { sign, rest } = parseNegation(text);
  const stem = rest.replace(/\*$/, "");
  const message = patternProblem(text, rest, stem) ?? linkName.safeParse(stem).error?.issues[0]?.message;
  if (message === undefined) return `${sign}${rest}`;
  ctx.addIssue({ code: "custom", message });
  return z.NEVER;
});

function patternProblem(text: string, pattern: string, stem: string): string | undefined {
  if (pattern === "*") return `is ${quote(text)}, which matches every link: leave it out`;
  if (stem.includes("*")) return `is ${quote(text)}: \`*\` is allowed at the end only`;
  if (stem.endsWith("+"))
    return `is ${quote(text)}: write the wildcard as ${quote(text.replace(/\+$/, "*"))}`;
  if (stem.startsWith("@")) return `is ${quote(text)}, which nftables reads as the name of a set`;
  if (stem !== pattern && Buffer.byteLength(stem) === 15)
    return `is ${quote(text)}, whose 15 bytes are a complete name: leave the \`*\` out`;
  return undefined;
}

/** Whether a link name matches. */
export function fitsLink(checked: string, name: string): boolean {
  const { sign, rest } = parseNegation(checked);
  const isIt = rest.endsWith("*") ? name.startsWith(rest.slice(0, -1)) : name === rest;
  return isIt === (sign === "");
}

/** The name of a link without wildcard or negation. */
export const matchedLink = linkName.superRefine((name, ctx) => {
  if (!/^[!@]|[*+]$/.test(name)) return;
  const message = `is ${quote(name)}, which rules read as a pattern for several links: choose another name`;
  ctx.addIssue({ code: "custom", message });
});

/** Returns the canonical form of several ports: sorted, without duplicates. */
export const portList = (ports: readonly number[]): number | number[] => {
  const sorted = [...new Set(ports)].sort((a, b) => a - b);
  return sorted.length === 1 && sorted[0] !== undefined ? sorted[0] : sorted;
};

/** The port of a packet: one, a range, or a list, in canonical form. */
export const matchedPort = z
  .union(
    [z.number(), z.string(), z.array(z.union([z.number(), z.string()]))],
    "is neither a port, a range nor a list of ports",
  )
  .transform((value, ctx) => {
    if (!Array.isArray(value)) {
      const ports = parsePorts(String(value));
      if (ports && ports[0] <= ports[1]) return portValue(ports);
      ctx.addIssue({ code: "custom", message: portsProblem(value, ports) });
      return z.NEVER;
    }
    const wrong = value.filter((port) => !/^\d+$/.test(String(port)) || !parsePorts(String(port)));
    if (wrong.length === 0 && value.length > 0) return portList(value.map(Number));
    const message =
      value.length === 0
        ? "is an empty list: leave it out"
        : `has ${wrong.map(quote).join(", ")}, not a port from 1 to ${LAST_PORT}: a list has single ports only`;
    ctx.addIssue({ code: "custom", message });
    return z.NEVER;
  });

/** Why `value` is not a port or range. `most` is the highest port that the field accepts. */
export function portsProblem(
  value: number | string,
  ports: Ports | undefined,
  most: number = LAST_PORT,
): string {
  const [first, last] = ports ?? [];
  return ports
    ? `is ${quote(value)}, which runs backwards: did you mean "${last}-${first}"?`
    : `is ${quote(value)}, not a port from 1 to ${most} or a range such as "8000-8010"`;
}

export const protocol = z.enum(PROTOCOLS, {
  error: ({ input }) => `is ${quote(input)}, not one of ${PROTOCOLS.join(", ")}`,
});
