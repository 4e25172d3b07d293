import type { Chain } from "../../../provider/trace/rules/chain";
import type { HostFacts } from "../facts";
import type { Check, Finding } from "../finding";

/** Rules that drop what programs of this package want passed on. */
export const filters: Check = {
  title: "Filters",
  run(facts) {
    const dropping = facts.chains.filter((chain) => chain.base?.hook === "forward" && endsBadly(chain));
    return [
      ...(dropping.length > 0
        ? dropping.map((chain) => drop(chain, facts))
        : [{ level: "ok" as const, subject: "FORWARD", text: "no chain drops what no rule accepts" }]),
      ...bridgeFilter(facts, dropping),
      ...mixed(facts),
    ];
  },
};

/** By its policy, or by a last rule for everything that is left, as firewalld does. */
function endsBadly({ base, rules }: Chain): boolean {
  if (base?.policy === "drop") return true;
  const last = rules.at(-1);
  return last !== undefined && /^(-A \S+ -j (DROP|REJECT\b.*)|(counter )?(drop|reject))$/.test(last.text);
}

const nameOf = ({ tool, family, table, name }: Chain): string =>
  tool === "nft" ? `${family} ${table} ${name}` : `${name} of ${toolOf(tool, family)}`;

function drop(chain: Chain, { chains }: HostFacts): Finding {
  const count = chain.base?.packets ? ` (${chain.base.packets} packets so far)` : "";
  return {
    level: "problem",
    subject: "FORWARD",
    text: `${nameOf(chain)} ${chain.base?.policy === "drop" ? "drops" : "rejects"} what no rule there accepts${count}; an accept elsewhere does not overrule it`,
    mend: mendOf(chain, chains),
  };
}

function mendOf(chain: Chain, chains: readonly Chain[]): string {
  if (chain.table === "firewalld")
    return "firewall-cmd --zone=trusted --add-interface=BRIDGE, or a FilterRule with backend firewalld";
  if (chain.tool === "nft")
    return `nft insert rule ${chain.family} ${chain.table} ${chain.name} iifname BRIDGE accept, and the same with oifname`;
  if (chains.some(({ name }) => name.startsWith("ufw-")))
    return "ufw route allow in on BRIDGE, and the same with out on";
  const isSix = chain.family === "ip6";
  // A FilterRule is put there by the `iptables` of this host, which need not be the legacy one.
  if (chain.tool === "iptables-legacy")
    return `${isSix ? "ip6tables" : "iptables"}-legacy -I FORWARD -i BRIDGE -j ACCEPT, and the same with -o`;
  const words = [
    'chain: "forward", backend: "iptables"',
    ...(chains.some(({ name }) => name === "DOCKER-USER") ? ["dockerUser: true"] : []),
    ...(isSix ? ['family: "ipv6"'] : []),
    'inInterface: "BRIDGE", verdict: "accept"',
  ];
  return `new FilterRule("…", { ${words.join(", ")} }), and the same with outInterface`;
}

function bridgeFilter({ sysctls }: HostFacts, dropping: readonly Chain[]): Finding[] {
  const calls = (name: string) => sysctls.get(`net/bridge/bridge-nf-call-${name}`) === "1";
  const [four, six] = [calls("iptables"), calls("ip6tables")];
  const subject = "br_netfilter";
  if (!four && !six)
    return [{ level: "ok", subject, text: "off: frames from port to port of a bridge are not filtered" }];
  const text = "on: filters judge frames from port to port of a bridge as well";
  const judging = dropping.filter(({ family }) => (family === "ip6" ? six : family === "ip" ? four : true));
  if (judging.length === 0) return [{ level: "ok", subject, text: `${text}; nothing drops them now` }];
  return [
    {
      ...{ level: "problem", subject, text: `${text}, and the above drops them` },
      mend: [...new Set(judging.map(bridgedMend))].join("; "),
    },
  ];
}

/** Lets frames through where they are dropped: an accept elsewhere does not overrule it. */
function bridgedMend({ tool, family, table, name }: Chain): string {
  // Its reload forgets rules that are put into its chains.
  if (table === "firewalld") return "firewall-cmd --zone=trusted --add-interface=BRIDGE";
  if (tool === "nft")
    return `nft insert rule ${family} ${table} ${name} iifname BRIDGE oifname BRIDGE accept`;
  return `${toolOf(tool, family)} -I FORWARD -m physdev --physdev-is-bridged -j ACCEPT`;
}

const toolOf = (tool: Chain["tool"], family: string): string =>
  family === "ip6" ? tool.replace("ip", "ip6") : tool;

/** Rules in both backends: each program shows only its own, and both drop. */
function mixed({ chains }: HostFacts): Finding[] {
  const has = (tool: Chain["tool"]) => chains.some((chain) => chain.tool === tool && isUsed(chain));
  const subject = "iptables";
  if (has("iptables-legacy") && has("iptables")) {
    return [
      {
        ...{
          level: "warning",
          subject,
          text: "rules in both backends, nf_tables and legacy: `iptables -S` shows one of them, and either drops",
        },
        mend: `keep one: iptables-legacy-save, add what is needed with iptables, then ${legacyEnd(chains).join("; ")}`,
      },
    ];
  }
  const backend = has("iptables-legacy") ? "legacy" : has("iptables") ? "nf_tables" : undefined;
  return [
    {
      level: "ok",
      subject,
      text: backend === undefined ? "no rules" : `all rules in one backend, ${backend}`,
    },
  ];
}

/** Ends legacy iptables: policies first, as without the rules they would drop everything. */
function legacyEnd(chains: readonly Chain[]): string[] {
  const legacy = chains.filter(({ tool }) => tool === "iptables-legacy").filter(isUsed);
  const tables = new Set(legacy.map((chain) => `${toolOf(chain.tool, chain.family)} -t ${chain.table}`));
  const policies = legacy.filter(({ base }) => base?.policy === "drop");
  return [
    ...policies.map(
      ({ tool, family, table, name }) => `${toolOf(tool, family)} -t ${table} -P ${name} ACCEPT`,
    ),
    ...[...tables].map((words) => `${words} -F`),
  ];
}

const isUsed = ({ rules, base }: Chain): boolean => rules.length > 0 || base?.policy === "drop";
