import { type Claimant, claimantsAmong, sharedPort } from "../../../provider/kinds/natRule/claimants";
import { whoseIs, winnerOf } from "../../../provider/kinds/natRule/portWinner";
import type { Family } from "../../../provider/linux/ip";
import { sameStack } from "../../../provider/linux/marks/mark";
import { findPlace } from "../../../provider/trace/network/network";
import type { HostFacts } from "../facts";
import type { Check, Finding } from "../finding";

/** Finds ports that two rules redirect. One of the rules gets no packets. */
export const ports: Check = {
  title: "Ports",
  run(facts) {
    const findings = FAMILIES.flatMap((family) =>
      PROTOCOLS.flatMap((protocol) => takenTwice(facts, family, protocol)),
    );
    return findings.length > 0
      ? findings
      : [{ level: "ok", subject: "NAT", text: "no two programs redirect the same port" }];
  },
};

const FAMILIES = ["ipv4", "ipv6"] as const;
const PROTOCOLS = ["tcp", "udp", "sctp"] as const;
const VERSIONS = { ipv4: "IPv4", ipv6: "IPv6" } as const;

/** Returns a warning for each port that rules of different programs or stacks redirect. */
function takenTwice(facts: HostFacts, family: Family, protocol: string): Finding[] {
  const claimants = claimantsAmong(facts.redirecting[family], protocol);
  const rivals = new Map<number, Set<string>>();
  for (const [at, one] of claimants.entries()) {
    for (const other of claimants.slice(at + 1)) {
      const port = sharedPort([one.ports], other.ports);
      if (port === undefined || !areRivals(one, other)) continue;
      rivals.set(port, (rivals.get(port) ?? new Set()).add(one.who).add(other.who));
    }
  }
  return [...rivals].map(([port, names]) => warning(facts, { family, protocol, port }, [...names]));
}

const areRivals = (one: Claimant, other: Claimant): boolean =>
  one.who !== other.who &&
  !sameStack(one.comment?.split(",")[0], other.comment?.split(",")[0] ?? "") &&
  (one.address === undefined || other.address === undefined || one.address === other.address);

function warning(
  { chains, network }: HostFacts,
  wanted: { readonly family: Family; readonly protocol: string; readonly port: number },
  names: readonly string[],
): Finding {
  const { family, protocol, port } = wanted;
  const host = findPlace(network, undefined);
  const winner = host && winnerOf(chains, host, wanted);
  return {
    level: "warning",
    subject: `${protocol} ${port}`,
    text: `${VERSIONS[family]} ${protocol} ${port} is redirected by ${names.join(" and ")}: ${winner ? `currently, ${whoseIs(winner)} gets its packets` : "the rules do not tell which of them gets its packets"}`,
    fix: `give one of them another port${winner ? "" : "; pulumi-netns trace FROM ADDRESS:PORT sends a packet to see who gets it"}`,
  };
}
