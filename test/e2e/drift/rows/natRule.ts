import { execa } from "execa";
import { Namespace, NatRule } from "../../../../sdk";
import { type Effect, ELSEWHERE, type Row, type } from "../row";

const ROOM = "rules";

export const rules = () => new Namespace(ROOM);

type Backend = "nftables" | "iptables";

/** A text in a rule and its replacement, as each backend lists it. */
type Edit = Readonly<Record<Backend, readonly [from: string, to: string]>>;

const masquerade = { kind: "masquerade", source: "10.7.0.0/24" };
const redirect = { kind: "redirect", protocol: "tcp", port: 8080, to: 80 };
/** One rule instead of two: packets that come in by an interface are not the host's own. */
const forward = {
  ...{ kind: "dnat", source: "10.7.0.0/24", destination: "10.7.9.9", inInterface: "eth0" },
  ...{ protocol: "tcp", port: 8080, sourcePort: 1024, to: "10.7.0.2:80" },
};

const same = (from: string, to: string): Edit => ({ nftables: [from, to], iptables: [from, to] });
const each = (nftables: [string, string], iptables: [string, string]): Edit => ({ nftables, iptables });

const edits: readonly (readonly [path: string, args: object, edit: Edit, effect?: Effect])[] = [
  [
    "kind",
    redirect,
    each(["redirect to :80", "dnat to :80"], ["REDIRECT --to-ports 80", "DNAT --to-destination :80"]),
    "replace",
  ],
  ["source", forward, each(["saddr 10.7.0.0", "saddr 10.7.1.0"], ["-s 10.7.0.0", "-s 10.7.1.0"])],
  ["source", masquerade, each(["saddr 10.7.0.0", "saddr 10.7.1.0"], ["-s 10.7.0.0", "-s 10.7.1.0"])],
  ["destination", forward, same("10.7.9.9", "10.7.9.8")],
  [
    "destination",
    masquerade,
    each(["daddr != 10.7.0.0", "daddr != 10.7.1.0"], ["-d 10.7.0.0", "-d 10.7.1.0"]),
  ],
  ["inInterface", forward, same("eth0", "eth1")],
  ["outInterface", { ...masquerade, outInterface: "eth0" }, same("eth0", "eth1")],
  ["protocol", forward, same("tcp", "udp")],
  ["port", forward, same("dport 8080", "dport 8081")],
  ["sourcePort", forward, same("sport 1024", "sport 1025")],
  ["to", forward, same("10.7.0.2:80", "10.7.0.3:80")],
];

/** Commands that put a rule elsewhere, and that remove it. */
type Elsewhere = readonly [put: string, tidy: string];

const byIptables = (namespace: string, tool: "iptables" | "ip6tables"): Elsewhere => {
  const words = (verb: string) =>
    `ip netns exec ${namespace} ${tool} -t nat ${verb} POSTROUTING -j MASQUERADE`;
  return [words("-A"), words("-D")];
};

const byNft = (namespace: string): Elsewhere => {
  const nft = `ip netns exec ${namespace} nft`;
  return [
    `${nft} add table ip theirs; ${nft} add chain ip theirs one; ${nft} add rule ip theirs one masquerade`,
    `${nft} delete table ip theirs`,
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

/** Rewrites the rule of this name, or the one with `part` if there are several. Keeps its comment. Or deletes it. */
type Rewrite = (name: string, edit?: (rule: string) => string, part?: string) => Promise<unknown>;

/** A rule of nftables and its place. */
async function nftRule(name: string, part: string) {
  const listing = await inRoom("nft", "-a", "list", "table", "ip", TABLE);
  const lines = listing.split("\n");
  const at = lines.findIndex((line) => line.includes(`/${name}"`) && line.includes(part));
  const chain = lines.slice(0, at).findLast((line) => line.startsWith("\tchain ")) ?? "";
  const [, rule = "", handle] = /^\s+(.*) # handle (\d+)$/.exec(lines[at] ?? "") ?? [];
  return { rule, place: `rule ip ${TABLE} ${chain.trim().split(" ")[1]} handle ${handle}` };
}

const rewrite: Readonly<Record<Backend, Rewrite>> = {
  async nftables(name, edit, part = "") {
    const { rule, place } = await nftRule(name, part);
    await inRoom("nft", edit ? `replace ${place} ${edit(rule)}` : `delete ${place}`);
  },

  async iptables(name, edit, part = "") {
    const listing = (await inRoom("iptables", "-t", "nat", "-S")).replaceAll('"', "");
    const isIt = (line: string) => line.includes(`/${name} `) && line.includes(part);
    const rule = listing.split("\n").find(isIt) ?? "";
    if (edit) await inRoom("iptables", "-t", "nat", ...edit(rule).split(" "));
    await inRoom("iptables", "-t", "nat", ...rule.replace("-A ", "-D ").split(" "));
  },
};

const replaced = ([from, to]: readonly [string, string]) => {
  return (rule: string) => {
    if (!rule.includes(from)) throw new Error(`${JSON.stringify(rule)} has no ${from}`);
    return rule.replaceAll(from, to);
  };
};

/** A rule is in the chain of its priority, or its comment contains the priority. */
const reorder: Readonly<Record<Backend, (name: string) => Promise<unknown>>> = {
  async nftables(name) {
    const { rule, place } = await nftRule(name, "");
    const chain = `ip ${TABLE} postrouting/7`;
    await inRoom("nft", `add chain ${chain} { type nat hook postrouting priority 107; }`);
    await inRoom("nft", `add rule ${chain} ${rule}; delete ${place}`);
  },
  iptables: (name) => rewrite.iptables(name, (rule) => rule.replace(`/${name} `, `/${name},priority=7 `)),
};

/** The part of a rule that is for one argument, not for the translation. */
function partsOf(backend: Backend): Row[] {
  const network = "10.7.0.0/24";
  const declare = (name: string, more: object) => () => {
    const args: object = { ...forward, ...more };
    return new NatRule(name, { kind: "dnat", namespace: ROOM, backend, ...args });
  };
  const part = backend === "nftables" ? "ct status dnat" : "--ctstate DNAT";
  const move = replaced(["10.7.0.0", "10.7.1.0"]);
  const kind = `NatRule by ${backend}`;
  const [moved, lost, open] = ["hairpin", "no-hairpin", "localnet"].map((name) => `${backend}-${name}`);
  if (!moved || !lost || !open) throw new Error("a name is missing");
  return [
    {
      ...{ kind, path: "hairpin", name: moved, effect: "update" },
      declare: declare(moved, { hairpin: network }),
      byHand: () => rewrite[backend](moved, move, part),
    },
    {
      ...{ kind, path: "hairpin", name: lost, effect: "update" },
      declare: declare(lost, { hairpin: network }),
      byHand: () => rewrite[backend](lost, undefined, part),
    },
    {
      ...{ kind, path: "routeLocalnet", name: open, effect: "replace" },
      declare: declare(open, { routeLocalnet: "lo" }),
      byHand: () => inRoom("sysctl", "-q", "-w", "net.ipv4.conf.lo.route_localnet=0"),
    },
  ];
}

function rowsOf(backend: Backend): Row[] {
  const declare = (name: string, args: object) => () =>
    new NatRule(name, { kind: "masquerade", namespace: ROOM, backend, ...args });
  const kind = `NatRule by ${backend}`;
  return [
    ...edits.map(([path, args, edit, effect = "update"], at): Row => {
      const name = `${backend}-${at}`;
      const byHand = () => rewrite[backend](name, replaced(edit[backend]));
      return { kind, path, name, declare: declare(name, args), byHand, effect };
    }),
    {
      ...{ kind, path: "priority", name: `${backend}-priority`, effect: "update" },
      declare: declare(`${backend}-priority`, masquerade),
      byHand: () => reorder[backend](`${backend}-priority`),
    },
    ...partsOf(backend),
    ...moves(backend).map(([path, put, tidy]): Row => {
      const name = `${backend}-${path}`;
      const byHand = () => rewrite[backend](name).then(() => type(put));
      const declared = declare(name, masquerade);
      return { kind, path, name, declare: declared, byHand, effect: "create", tidy: () => type(tidy) };
    }),
  ];
}

export const natRuleRows: readonly Row[] = [...rowsOf("nftables"), ...rowsOf("iptables")];
