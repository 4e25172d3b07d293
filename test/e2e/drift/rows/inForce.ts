import { execa } from "execa";
import { FilterRule, Namespace, NatRule } from "../../../../sdk";
import type { Row } from "../row";

/**
 * Changes that keep a rule from being in force without touching it: its table or chain changes, or somebody puts a rule before it. Each
 * has its own table, because the effect reaches all rules of a table.
 */

/** A table in nft's words, and the chain of the rule. */
interface Place {
  readonly room: string;
  readonly family: "ip" | "ip6";
  readonly chain: string;
}

const TABLE = "pulumi-netns/drift/test";

const nft = async ({ room }: Place, args: readonly string[], input?: string) =>
  (await execa("ip", ["netns", "exec", room, "nft", ...args], input === undefined ? {} : { input })).stdout;

/** Recreates the table with another text in its listing, as a person does with an editor. */
const edited = (from: RegExp, to: string) => async (place: Place) => {
  const { family } = place;
  const listing = await nft(place, ["list", "table", family, TABLE]);
  if (!from.test(listing)) throw new Error(`${listing} has no ${from}`);
  await nft(place, ["-f", "-"], `delete table ${family} ${TABLE}\n${listing.replace(from, to)}`);
};

const inserted = (rule: string) => (place: Place) =>
  nft(place, ["insert", "rule", place.family, TABLE, place.chain, rule]);

/** Removes the rule that the change inserted into the chain, which the engine leaves there. */
const takenOut = (rule: RegExp) => async (place: Place) => {
  const { family, chain } = place;
  const [, handle = ""] = rule.exec(await nft(place, ["-a", "list", "table", family, TABLE])) ?? [];
  await nft(place, ["delete", "rule", family, TABLE, chain, "handle", handle]);
};

const sleep = (place: Place) => nft(place, ["add", "table", place.family, TABLE, "{ flags dormant; }"]);

interface Hand {
  readonly change: (place: Place) => Promise<unknown>;
  readonly tidy?: (place: Place) => Promise<unknown>;
}

const HANDS: Readonly<Record<string, Hand>> = {
  dormant: { change: sleep },
  policy: {
    change: (place) => nft(place, ["chain", place.family, TABLE, place.chain, "{ policy drop; }"]),
  },
  priority: { change: edited(/priority \w+/, "priority 7") },
  regular: { change: edited(/\t\ttype .*\n/, "") },
  all: {
    async change(place) {
      await edited(/priority \w+; policy accept/, "priority 7; policy drop")(place);
      await sleep(place);
      await inserted("drop")(place);
    },
    tidy: takenOut(/\t\tdrop # handle (\d+)/),
  },
  drop: { change: inserted("drop"), tidy: takenOut(/\t\tdrop # handle (\d+)/) },
  accept: {
    change: inserted("tcp dport 8080 counter accept"),
    tidy: takenOut(/dport 8080 counter .* accept # handle (\d+)/),
  },
};

/** Changes that only a chain of this kind accepts. */
const FILTER_HANDS: Readonly<Record<string, Hand>> = {
  ...HANDS,
  hook: { change: edited(/hook output/, "hook input") },
  type: { change: edited(/type filter/, "type route") },
};

const NAT_HANDS: Readonly<Record<string, Hand>> = {
  ...HANDS,
  hook: { change: edited(/hook prerouting priority dstnat/, "hook output priority -100") },
};

const roomOf = (hand: string): string => `force-${hand}`;

/** The places of the rules: filters in the IPv4 table, NAT in the IPv6 table. */
export function forces(): void {
  for (const hand of Object.keys(FILTER_HANDS)) new Namespace(roomOf(hand));
}

function rowsOf(
  kind: "NatRule" | "FilterRule",
  path: string,
  place: Omit<Place, "room">,
  hands: Readonly<Record<string, Hand>>,
  declare: (name: string, namespace: string) => unknown,
): Row[] {
  return Object.entries(hands).map(([hand, { change, tidy }]): Row => {
    const [name, room] = [`${kind}-${hand}`, roomOf(hand)];
    return {
      ...{ kind: `${kind} by nftables`, path, name, effect: "update" },
      declare: () => declare(name, room),
      byHand: () => change({ room, ...place }),
      tidy: tidy && (() => tidy({ room, ...place })),
    };
  });
}

export const inForceRows: readonly Row[] = [
  ...rowsOf(
    "FilterRule",
    "verdict",
    { family: "ip", chain: "filter-output" },
    FILTER_HANDS,
    (name, namespace) => {
      const given = { namespace, source: ["10.7.0.0/24", "10.9.0.0/24"], port: [80, 443] };
      return new FilterRule(name, { chain: "output", verdict: "reject", protocol: "tcp", ...given });
    },
  ),
  ...rowsOf("NatRule", "to", { family: "ip6", chain: "prerouting" }, NAT_HANDS, (name, namespace) => {
    const given = { namespace, port: 8080, to: 80 };
    return new NatRule(name, { kind: "redirect", family: "ipv6", protocol: "tcp", ...given });
  }),
];
