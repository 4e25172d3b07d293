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
  tool === "nft"
    ? `${family} ${table} ${name}`
    : `${name} of ${family === "ip6" ? tool.replace("ip", "ip6") : tool}`;

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
  const isOn = ["iptables", "ip6tables"].some(
    (name) => sysctls.get(`net/bridge/bridge-nf-call-${name}`) === "1",
  );
  const subject = "br_netfilter";
  if (!isOn)
    return [{ level: "ok", subject, text: "off: frames from port to port of a bridge are not filtered" }];
  const text = "on: filters judge frames from port to port of a bridge as well";
  if (dropping.length === 0) return [{ level: "ok", subject, text: `${text}; nothing drops them now` }];
  return [
    {
      ...{ level: "problem", subject, text: `${text}, and the above drops them` },
      mend: "iptables -I FORWARD -m physdev --physdev-is-bridged -j ACCEPT",
    },
  ];
}

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
        mend: "keep one: iptables-legacy-save, add what is needed with iptables, then iptables-legacy -F",
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

const isUsed = ({ rules, base }: Chain): boolean => rules.length > 0 || base?.policy === "drop";
