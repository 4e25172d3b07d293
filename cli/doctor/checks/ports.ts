import { programsOf } from "../../../provider/linux/programs";
import type { Chain } from "../../../provider/trace/rules/chain";
import type { HostFacts } from "../facts";
import type { Check, Finding } from "../finding";

/** Ports that two rules redirect: one of them gets nothing. */
export const ports: Check = {
  title: "Ports",
  run({ chains }: HostFacts) {
    const claims = new Map<string, Set<string>>();
    for (const chain of chains) {
      for (const { text } of chain.rules) {
        for (const port of redirectedBy(chain, text)) {
          claims.set(port, (claims.get(port) ?? new Set()).add(whoseIs(chain)));
        }
      }
    }
    const twice = [...claims].filter(([, owners]) => owners.size > 1).map(warning);
    return twice.length > 0
      ? twice
      : [{ level: "ok", subject: "NAT", text: "no port is redirected by two chains" }];
  },
};

/** `IPv4 tcp 8080`, for each port of a rule that redirects. Of a range, the first. */
function redirectedBy({ family }: Chain, text: string): string[] {
  if (!/\bdnat\b|\bredirect\b|-j (DNAT|REDIRECT)\b/.test(text)) return [];
  const [, protocol, list] =
    /\b(tcp|udp|sctp) dport \{? ?([\d, -]+)/.exec(text) ??
    /-p (tcp|udp|sctp)\b.* --dports? ([\d,:]+)/.exec(text) ??
    [];
  const version = family === "ip6" ? "IPv6" : "IPv4";
  return (list ?? "")
    .split(",")
    .map((port) => port.trim().replace(/[-:].*/, ""))
    .filter((port) => port !== "")
    .map((port) => `${version} ${protocol} ${port}`);
}

const whoseIs = ({ tool, table, name }: Chain): string =>
  programsOf([name, table])[0] ?? (tool === "nft" ? `the table ${table}` : `the chain ${name} of ${tool}`);

const warning = ([port, owners]: readonly [string, ReadonlySet<string>]): Finding => ({
  level: "warning",
  subject: port.replace(/^\S+ /, ""),
  text: `${port} is redirected by ${[...owners].join(" and ")}: one of them gets its packets`,
  mend: "pulumi-netns trace FROM ADDRESS:PORT tells which; give one of them another port",
});
