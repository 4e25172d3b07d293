import { execa } from "execa";
import { FilterRule, Namespace } from "../../../../sdk";
import { type Effect, ELSEWHERE, type Row, type } from "../row";

const ROOM = "filters";

export const filters = () => new Namespace(ROOM);

type Backend = "nftables" | "iptables";

/** A text in a rule and its replacement, as each backend lists it. */
type Edit = Readonly<Record<Backend, readonly [from: string, to: string]>>;

const same = (from: string, to: string): Edit => ({ nftables: [from, to], iptables: [from, to] });
const each = (nftables: [string, string], iptables: [string, string]): Edit => ({ nftables, iptables });

const web = {
  ...{ inInterface: "eth0", outInterface: "eth5", source: "10.7.0.0/24", destination: "10.7.9.9" },
  ...{ protocol: "tcp", port: 8080, sourcePort: 1024, state: "new" },
};
const log = { chain: "input", verdict: "log", logPrefix: "a-b", logLevel: "info" };

const edits: readonly (readonly [path: string, args: object, edit: Edit])[] = [
  ["inInterface", web, same("eth0", "eth1")],
  ["outInterface", web, same("eth5", "eth6")],
  ["source", web, each(["saddr 10.7.0.0", "saddr 10.7.1.0"], ["-s 10.7.0.0", "-s 10.7.1.0"])],
  ["destination", web, same("10.7.9.9", "10.7.9.8")],
  ["protocol", web, same("tcp", "udp")],
  ["port", web, same("dport 8080", "dport 8081")],
  ["sourcePort", web, same("sport 1024", "sport 1025")],
  [
    "icmpType",
    { protocol: "icmp", icmpType: "echo-request" },
    each(["echo-request", "echo-reply"], ["icmp-type 8", "icmp-type 0"]),
  ],
  ["state", web, each(["ct state new", "ct state established"], ["ctstate NEW", "ctstate ESTABLISHED"])],
  ["verdict", web, each([" accept", " drop"], ["-j ACCEPT", "-j DROP"])],
  [
    "rejectWith",
    { chain: "input", verdict: "reject", rejectWith: "admin-prohibited" },
    same("admin-prohibited", "host-unreachable"),
  ],
  ["logPrefix", log, same("a-b", "a-c")],
  ["logLevel", log, each(["level info", "level debug"], ["log-level 6", "log-level 7"])],
];

/** Commands that put a rule elsewhere, and that remove it. */
type Elsewhere = readonly [put: string, tidy: string];

const byIptables = (namespace: string, tool: "iptables" | "ip6tables"): Elsewhere => {
  const words = (verb: string) => `ip netns exec ${namespace} ${tool} ${verb} FORWARD -j ACCEPT`;
  return [words("-A"), words("-D")];
};

const byNft = (namespace: string): Elsewhere => {
  const nft = `ip netns exec ${namespace} nft`;
  return [
    `${nft} add table ip others; ${nft} add chain ip others one; ${nft} add rule ip others one accept`,
    `${nft} delete table ip others`,
  ];
};

/** The place of a rule that somebody recreated with another value of this argument. */
const moves = (backend: Backend): readonly (readonly [path: string, ...Elsewhere])[] => [
  ["namespace", ...byIptables(ELSEWHERE, "iptables")],
  ["backend", ...(backend === "nftables" ? byIptables(ROOM, "iptables") : byNft(ROOM))],
  ["family", ...byIptables(ROOM, "ip6tables")],
];

const inRoom = async (...words: string[]) => (await execa("ip", ["netns", "exec", ROOM, ...words])).stdout;

const TABLE = "pulumi-netns/drift/test";

/** Rewrites the rule of this name, moves it to another chain, or deletes it. */
type Rewrite = (name: string, edit?: (rule: string) => string, into?: string) => Promise<unknown>;

const rewrite: Readonly<Record<Backend, Rewrite>> = {
  async nftables(name, edit, into) {
    const listing = await inRoom("nft", "-a", "list", "table", "ip", TABLE);
    const [before = ""] = listing.split(`/${name}"`);
    const chain = before.slice(before.lastIndexOf("\tchain ")).split(" ")[1];
    const [, rule = "", handle] = new RegExp(`^\\s+(.*/${name}") # handle (\\d+)$`, "m").exec(listing) ?? [];
    const place = `rule ip ${TABLE} ${chain} handle ${handle}`;
    if (edit && into === undefined) return inRoom("nft", `replace ${place} ${edit(rule)}`);
    if (edit) await inRoom("nft", `add rule ip ${TABLE} filter-${into} ${edit(rule)}`);
    return inRoom("nft", `delete ${place}`);
  },

  async iptables(name, edit, into) {
    const listing = (await inRoom("iptables", "-S")).replaceAll('"', "");
    const rule = listing.split("\n").find((line) => line.includes(`/${name} `)) ?? "";
    const moved = into === undefined ? rule : rule.replace(/^-A \S+/, `-A ${into.toUpperCase()}`);
    if (edit) await inRoom("iptables", ...edit(moved).split(" "));
    await inRoom("iptables", ...rule.replace("-A ", "-D ").split(" "));
  },
};

const replaced = ([from, to]: readonly [string, string]) => {
  return (rule: string) => {
    if (!rule.includes(from)) throw new Error(`${JSON.stringify(rule)} has no ${from}`);
    return rule.replaceAll(from, to);
  };
};

function rowsOf(backend: Backend): Row[] {
  const declare = (name: string, args: object) => () =>
    new FilterRule(name, { chain: "forward", namespace: ROOM, backend, verdict: "accept", ...args });
  const kind = `FilterRule by ${backend}`;
  const change = (path: string, args: object, byHand: (name: string) => Promise<unknown>): Row => {
    const [name, effect] = [`filter-${backend}-${path}`, "update" as Effect];
    return { kind, path, name, declare: declare(name, args), byHand: () => byHand(name), effect };
  };
  return [
    ...edits.map(([path, args, edit]) =>
      change(path, args, (name) => rewrite[backend](name, replaced(edit[backend]))),
    ),
    // Alone in its chain, so that its order does not change.
    change("priority", { chain: "output" }, (name) =>
      rewrite[backend](name, (rule) => rule.replace(`/${name}`, `/${name},5`)),
    ),
    change("chain", {}, (name) => rewrite[backend](name, (rule) => rule, "input")),
    ...(backend === "nftables"
      ? []
      : [
          {
            ...change("dockerUser", {}, async (name) => {
              await inRoom("iptables", "-N", "DOCKER-USER");
              await rewrite.iptables(name, (rule) => rule, "DOCKER-USER");
            }),
            tidy: () => inRoom("iptables", "-X", "DOCKER-USER"),
          },
        ]),
    ...moves(backend).map(([path, put, tidy]): Row => {
      const name = `filter-${backend}-${path}`;
      const byHand = () => rewrite[backend](name).then(() => type(put));
      const declared = declare(name, {});
      return { kind, path, name, declare: declared, byHand, effect: "create", tidy: () => type(tidy) };
    }),
  ];
}

export const filterRuleRows: readonly Row[] = [...rowsOf("nftables"), ...rowsOf("iptables")];
