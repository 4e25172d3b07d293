import { z } from "zod";
import { parseIp } from "../linux/ip";
import { invisibleIn } from "./text";

/** Building blocks of the schemas. Each reports a problem in terms of the field, with a fix. */

/** The kernel keeps 15 bytes of a link name (IFNAMSIZ without the terminating zero). */
const LINK_NAME_BYTES = 15;

/** The name of a network interface. See `dev_valid_name` in the kernel's net/core/dev.c. */
export const linkName = z.string().superRefine((name, ctx) => {
  const reason =
    commonNameProblem(name) ??
    (Buffer.byteLength(name) > LINK_NAME_BYTES
      ? `is ${Buffer.byteLength(name)} bytes long, but the kernel accepts ${LINK_NAME_BYTES}: give a shorter name${shorten(name) && `, as "${shorten(name)}"`}`
      : (linkSignProblem(name) ?? linkWordProblem(name)));
  if (reason) ctx.addIssue({ code: "custom", message: reason });
});

function linkSignProblem(name: string): string | undefined {
  if (/[%:]/.test(name)) return "may not contain `%` or `:`";
  if (name.includes("=")) return "may not contain `=`: sysctl would set a parameter instead of reading it";
  // The kernel's isspace() is that of Latin-1 and treats each byte as a character.
  if (Buffer.from(name).includes(0xa0))
    return `is ${JSON.stringify(name)}: the kernel reads one of its bytes, A0, as white space, as in every "à": choose another name`;
  return undefined;
}

function linkWordProblem(name: string): string | undefined {
  if (name === "all" || name === "default")
    return `may not be ${JSON.stringify(name)}: the kernel keeps that name for the settings of all interfaces`;
  // See ll_idx_a2n in iproute2's lib/ll_map.c.
  if (/^if[+-]?\d/.test(name))
    return `is ${JSON.stringify(name)}: if it does not exist, \`ip\` uses the link with that index: choose another name`;
  return undefined;
}

/** The name of a network namespace, which is a file name in /run/netns. */
export const namespaceName = z.string().superRefine((name, ctx) => {
  const reason =
    commonNameProblem(name) ??
    (name.includes("#") ? "may not contain `#`: `ip -batch` would read a comment there" : undefined) ??
    // See get_integer in iproute2's lib/utils.c.
    (/^\+?(0x[\da-f]+|\d+)$/i.test(name)
      ? `is ${JSON.stringify(name)}, a number: if it does not exist, \`ip\` uses the namespace of the process with that id: choose another name`
      : undefined) ??
    (Buffer.byteLength(name) > 255 ? "is longer than 255 bytes" : undefined);
  if (reason) ctx.addIssue({ code: "custom", message: reason });
});

function commonNameProblem(name: string): string | undefined {
  if (name === "") return "is empty";
  if (name === "." || name === "..") return `may not be ${JSON.stringify(name)}`;
  if (name.startsWith("-")) return "may not start with `-`: tools would read it as an option";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\s/\u0000-\u001f\u007f"'\\]/.test(name)) {
    return `is ${JSON.stringify(name)}: white space, control characters, quotes, \`/\` and \`\\\` are not allowed`;
  }
  if (isBroken(name)) return `is ${JSON.stringify(name)}, which contains half a character`;
  const invisible = invisibleIn(name);
  return invisible && `has the invisible character ${invisible}: leave it out`;
}

/** Whether a text cannot be encoded in UTF-8: half of a surrogate pair is read back as another character. */
export const isBroken = (text: string): boolean => Buffer.from(text).toString() !== text;

/** Keeps both ends of a name, because the distinguishing part is often at the end. */
const shorten = (name: string): string => {
  const ascii = name.replace(/[^\x21-\x7e]|[%:=]/g, "");
  return ascii.length <= LINK_NAME_BYTES
    ? ascii
    : `${ascii.slice(0, 9)}-${ascii.slice(-5)}`.replace(/-{2,}/g, "-");
};

/** An IP address of either family, in canonical form (RFC 5952 for IPv6). */
export const ipAddress = z.string().transform((text, ctx) => {
  const parsed = parseIp(text);
  if (parsed && !text.includes("/")) return parsed.address;
  ctx.addIssue({
    code: "custom",
    message: `is ${JSON.stringify(text)}, not an IPv4 or IPv6 address such as 192.168.15.1`,
  });
  return z.NEVER;
});

/** An address with its prefix length, host bits kept: `192.168.15.1/24`. */
export const interfaceAddress = z.string().transform((text, ctx) => {
  const parsed = parseIp(text);
  if (parsed && text.includes("/")) return `${parsed.address}/${parsed.prefix}`;
  const message = parsed
    ? `is ${JSON.stringify(text)} without a prefix length, which would make it /${parsed.bits} with no neighbours: did you mean ${parsed.address}/${parsed.family === "ipv4" ? 24 : 64}?`
    : `is ${JSON.stringify(text)}, not an address with prefix length such as 192.168.15.1/24 or fd00::1/64`;
  ctx.addIssue({ code: "custom", message });
  return z.NEVER;
});

/** A network, such as `192.168.15.0/24`. A single address is a network of one. Host bits are refused, as in the kernel. */
export const network = z.string().transform((text, ctx) => {
  const parsed = parseIp(text);
  if (parsed && parsed.address === parsed.start) return `${parsed.address}/${parsed.prefix}`;
  const message = parsed
    ? `is ${JSON.stringify(text)}, which has bits beyond its prefix: did you mean ${parsed.start}/${parsed.prefix}, or ${parsed.address}/${parsed.bits}?`
    : `is ${JSON.stringify(text)}, not a network such as 192.168.15.0/24 or fd00::/64`;
  ctx.addIssue({ code: "custom", message });
  return z.NEVER;
});

/** An Ethernet address, unicast or multicast, in lower case. */
export const ethernetAddress = z.string().transform((text, ctx) => {
  const mac = text.toLowerCase();
  if (/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac) && mac !== "00:00:00:00:00:00") return mac;
  const example = "such as 02:00:00:00:00:01";
  ctx.addIssue({ code: "custom", message: `is ${JSON.stringify(text)}, not a MAC address ${example}` });
  return z.NEVER;
});

/** A unicast Ethernet address, in lower case. */
export const macAddress = ethernetAddress.refine((mac) => (Number.parseInt(mac.slice(0, 2), 16) & 1) === 0, {
  error: ({ input }) =>
    `is ${JSON.stringify(input)}, which is not a unicast address: make the first byte even, such as 02`,
});

/** An integer within bounds, with a message that names them. */
export const integer = (min: number, max: number, unit = "") =>
  z
    .number()
    .refine((n) => Number.isInteger(n) && n >= min && n <= max, {
      error: (issue) =>
        `is ${String(issue.input)}, not a whole number from ${min} to ${max}${unit && ` ${unit}`}`,
    })
    .overwrite(withoutSign)
    // JSON schemas have no refinements, so docs/kinds/schema.json needs the bounds as metadata.
    .meta({ type: "integer", minimum: min, maximum: max });

/** Turns -0 into 0, which the kernel stores. A comparison would otherwise report a difference. */
export const withoutSign = (n: number): number => (n === 0 ? 0 : n);

/** The MTU of a link in bytes. IPv4 needs at least 68 (RFC 791). */
export const mtu = integer(68, 65535, "bytes");
