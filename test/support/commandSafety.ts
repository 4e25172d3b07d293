import { argv, type Command, type Tool } from "../../provider/linux/command";

/** Dangers in the words of a command when a tool reads them. */

/** Options that this project passes to a tool. Any other word with a dash is a value that the tool would take for an option. */
const IPTABLES =
  /^(-[wtSAIDsdiopmj]|--(dst-type|comment|ctstate|icmp-type|icmpv6-type|reject-with|log-prefix|log-level|[sd]ports?|to|to-(ports|source|destination)))$/;
const OPTIONS: Readonly<Record<Tool, RegExp>> = {
  ip: /^-(n|j|d|N|4|6|batch)?$/,
  nft: /^-(j|f)?$/,
  iptables: IPTABLES,
  ip6tables: IPTABLES,
  "iptables-legacy": /^-[wtS]$/,
  "ip6tables-legacy": /^-[wtS]$/,
  "firewall-cmd":
    /^--(permanent|verbose|direct|reload|list-all-(zones|policies)|get-ipsets|get-all-(chains|rules|passthroughs)|(info-ipset|info-policy|new-policy|delete-policy|policy|set-description|set-priority|add-(in|e)gress-zone|(add|remove)-rich-rule)=.+)$/s,
  "ovs-vsctl": /^--(timeout=\d+|format=json|if-exists|columns=[\w,]+)?$/,
  "ovs-ofctl": /^(-O|--(timeout=\d+|no-stats)?)$/,
  conntrack: /^(-[Dfp]|--orig-(src|dst|port-src|port-dst))$/,
  "iptables-save": /^--counters$/,
  "ip6tables-save": /^--counters$/,
  "iptables-legacy-save": /^--counters$/,
  "ip6tables-legacy-save": /^--counters$/,
  "iptables-restore": /^(-w|--noflush)$/,
  "ip6tables-restore": /^(-w|--noflush)$/,
  sysctl: /^(--(ignore|pattern)|-[nqw])$/,
  stat: /^--format=%i$/,
  ps: /^-[op]$/,
  kill: /^-(TERM|KILL)$/,
  ping: /^-(n|c1|W|M|s)$/,
  ss: /^-(H|lntu)$/,
  node: /^(-e|--)$/,
  flock: /^--close$/,
  unlink: /^$/,
  cat: /^$/,
};

/** The dangers of a command in words; none if it is safe. */
export function dangersOf(command: Command): string[] {
  const words = argv(command);
  return [
    ...words.flatMap(brokenText),
    ...optionsAmong(command.tool, command.args),
    ...optionsAmong("ip", command.namespace === undefined ? [] : [command.namespace]),
    ...misread(command.tool, words),
    ...(command.input === undefined ? [] : inputDangers(command)),
  ];
}

function brokenText(word: string): string[] {
  if (word.includes("\0")) return [`${JSON.stringify(word)} holds a NUL, where the kernel cuts it`];
  if (Buffer.from(word).toString() !== word) return [`${JSON.stringify(word)} is no text in UTF-8`];
  return [];
}

// flock starts another tool.
function optionsAmong(tool: Tool, [first = "", ...rest]: readonly string[]): string[] {
  const isInner = tool === "flock" && first === "ip";
  const allowed = OPTIONS[isInner ? "ip" : tool];
  const wrong = first.startsWith("-") && !allowed.test(first) ? [`${first} is an option to ${tool}`] : [];
  return [...wrong, ...(rest.length > 0 ? optionsAmong(isInner ? "ip" : tool, rest) : [])];
}

/** Words that iproute2 and sysctl(8) do not take for names. */
function misread(tool: Tool, words: readonly string[]): string[] {
  const isReading = tool === "sysctl" && !words.includes("-w");
  return words.slice(words.indexOf(tool)).flatMap((word, at, all) => {
    const before = all[at - 1] ?? "";
    if (/^(dev|name|master)$/.test(before) && /^if[+-]?\d/.test(word))
      return [`${before} ${word}: the number is an index where no link has that name`];
    if (before === "netns" && words.includes("link") && /^\+?(0x[\da-f]+|\d+)$/i.test(word))
      return [`netns ${word}: the number is a process where no namespace has that name`];
    return isReading && word.includes("=") ? [`${word} writes a parameter`] : [];
  });
}

function inputDangers({ tool, args, input = "" }: Command): string[] {
  if (tool === "nft") return jsonDangers(input);
  if (tool === "iptables-restore" || tool === "ip6tables-restore") return restoreDangers(input);
  if (!args.includes("-batch")) return [`${tool} is told something in a language this test does not know`];
  return batchLines(input).flatMap((line) => [
    ...line.flatMap(brokenText),
    ...misread("ip", ["ip", ...line]),
    ...optionsAmong("ip", line),
  ]);
}

function jsonDangers(text: string): string[] {
  return JSON.stringify(JSON.parse(text)) === text ? [] : ["what nft is told is not one JSON value"];
}

function restoreDangers(text: string): string[] {
  const lines = restoreLines(text);
  const [first = [], ...rules] = lines.slice(0, -1);
  const isFramed = /^\*(nat|filter)$/.test(first.join(" ")) && lines.at(-1)?.join(" ") === "COMMIT";
  const strange = rules.filter(([verb = ""]) => !/^-[AID]$/.test(verb)).map((words) => words.join(" "));
  return [
    ...(isFramed ? [] : ["what iptables-restore is told is not one table"]),
    ...strange.map((line) => `${line} is not a rule`),
    ...rules.flatMap((words) => [...words.flatMap(brokenText), ...optionsAmong("iptables", words)]),
  ];
}

/** Lines and words as iptables-restore parts them (xshared.c, add_param_to_argv): `\` escapes inside double quotes only. */
export const restoreLines = (text: string): string[][] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) =>
      [...line.matchAll(/"((?:\\.|[^"\\])*)"|[^ \t]+/g)].map(([word, inside]) =>
        inside === undefined ? word : inside.replace(/\\(.)/g, "$1"),
      ),
    );

/**
 * Lines and words as `ip -batch` splits them (iproute2 lib/utils.c, getcmdline and makeargs): `#` starts a comment, a backslash joins
 * lines, both kinds of quotes keep white space.
 */
export function batchLines(text: string): string[][] {
  const joined = text
    .split("\n")
    .map((line) => line.replace(/#.*/s, ""))
    .join("\n")
    .replace(/\\\n/g, "");
  return joined
    .split("\n")
    .map((line) =>
      [...line.matchAll(/(['"])(.*?)(?:\1|$)|[^ \t\r]+/g)].map(([word, _, quoted]) => quoted ?? word),
    )
    .filter((words) => words.length > 0);
}
