import type { Chain } from "../../../provider/trace/rules/chain";
import type { HostFacts } from "../facts";
import type { Check, Finding } from "../finding";
import { ownBridges, routedLinks } from "../ownLinks";
import { allowedByUfw, trusted } from "./exceptions";
import { passesBridged, passesOurs } from "./passing";

/** Finds rules that drop packets between namespaces. */
export const filters: Check = {
  title: "Filters",
  run(facts) {
    const dropping = facts.chains.filter((chain) => chain.base?.hook === "forward" && endsBadly(chain));
    return [
      ...(dropping.length > 0
        ? dropping.map((chain) => drop(chain, facts))
        : [{ level: "ok" as const, subject: "FORWARD", text: "no chain drops packets by default" }]),
      ...bridgeFilter(facts, dropping),
      ...mixed(facts),
    ];
  },
};

/** Whether a chain drops by its policy, or by a last rule without conditions, as firewalld does. */
function endsBadly({ base, rules }: Chain): boolean {
  if (base?.policy === "drop") return true;
  const last = rules.at(-1);
  return last !== undefined && /^(-A \S+ -j (DROP|REJECT\b.*)|(counter )?(drop|reject))$/.test(last.text);
}

const nameOf = ({ tool, family, table, name }: Chain): string =>
  tool === "nft" ? `${family} ${table} ${name}` : `${name} of ${toolOf(tool, family)}`;

function drop(chain: Chain, facts: HostFacts): Finding {
  const does = chain.base?.policy === "drop" ? "drops" : "rejects";
  if (passesOurs(chain, facts)) {
    const links = routedLinks(facts).join(", ");
    return {
      level: "ok",
      subject: "FORWARD",
      text: `${nameOf(chain)} ${does} packets that no rule there accepts, and its rules accept connections from ${links}`,
    };
  }
  const count = chain.base?.packets ? ` (${chain.base.packets} packets so far)` : "";
  return {
    level: "problem",
    subject: "FORWARD",
    text: `${nameOf(chain)} ${does} packets that no rule there accepts${count}; an accept elsewhere does not overrule it`,
    ...exceptionIn(chain, facts),
  };
}

type Fix = Pick<Finding, "fix" | "code">;

const THERE = "accept packets of your links there";

function exceptionIn(chain: Chain, facts: HostFacts): Fix {
  const { tool, family, table, name } = chain;
  const forLinks = (line: (link: string, direction: "in" | "out") => string) =>
    routedLinks(facts).flatMap((link) => [line(link, "in"), line(link, "out")]);
  if (table === "firewalld") {
    return {
      fix: "put your links into firewalld's zone trusted, or let FilterRules with backend firewalld accept their packets",
      code: trusted(facts),
    };
  }
  if (tool === "nft") {
    const code = forLinks(
      (link, direction) => `nft insert rule ${family} ${table} ${name} ${direction[0]}ifname ${link} accept`,
    );
    return { fix: `${THERE}, and in the file that loads its rules`, code };
  }
  if (facts.chains.some((one) => one.name.startsWith("ufw-")))
    return { fix: THERE, code: allowedByUfw(facts) };
  // A FilterRule uses the `iptables` of this host, which may not be the legacy one.
  if (tool === "iptables-legacy") {
    const program = toolOf(tool, family);
    const code = forLinks((link, direction) => `${program} -I FORWARD -${direction[0]} ${link} -j ACCEPT`);
    return { fix: `${THERE}, and in the file that loads its rules`, code };
  }
  const isDocker = facts.chains.some((one) => one.name === "DOCKER-USER" && one.family === family);
  const code = forLinks((link, direction) => {
    const words = [
      'chain: "forward", backend: "iptables"',
      ...(isDocker ? ["dockerUser: true"] : []),
      ...(family === "ip6" ? ['family: "ipv6"'] : []),
      `${direction}Interface: "${link}", verdict: "accept"`,
    ];
    return `new FilterRule("…", { ${words.join(", ")} });`;
  });
  return {
    fix: `let FilterRules accept their packets ${isDocker ? "in Docker's chain for exceptions" : "there"}`,
    code,
  };
}

function bridgeFilter(facts: HostFacts, dropping: readonly Chain[]): Finding[] {
  const { sysctls } = facts;
  const calls = (name: string) => sysctls.get(`net/bridge/bridge-nf-call-${name}`) === "1";
  const [four, six] = [calls("iptables"), calls("ip6tables")];
  const subject = "br_netfilter";
  if (!four && !six)
    return [{ level: "ok", subject, text: "off: filters ignore frames between ports of a bridge" }];
  const text = "on: filters also apply to frames between ports of a bridge";
  const judging = dropping.filter(
    (chain) => isAsked(chain.family, { four, six }) && !passesBridged(chain, facts),
  );
  if (judging.length === 0) return [{ level: "ok", subject, text: `${text}; nothing drops them now` }];
  return [
    {
      ...{ level: "problem", subject, text: `${text}, and the chains above drop them` },
      fix: "accept frames where they are dropped",
      code: [...new Set(judging.flatMap((chain) => bridgedException(chain, facts)))],
    },
  ];
}

const isAsked = (family: string, { four, six }: { four: boolean; six: boolean }): boolean =>
  family === "ip6" ? six : family === "ip" ? four : true;

/** Returns the lines that make a chain accept bridged packets. An accept in another chain does not overrule it. */
function bridgedException({ tool, family, table, name }: Chain, facts: HostFacts): string[] {
  // A reload of firewalld deletes rules in its chains.
  if (table === "firewalld") return trusted(facts);
  if (tool === "nft") {
    return ownBridges(facts).map(
      (bridge) => `nft insert rule ${family} ${table} ${name} iifname ${bridge} oifname ${bridge} accept`,
    );
  }
  return [`${toolOf(tool, family)} -I FORWARD -m physdev --physdev-is-bridged -j ACCEPT`];
}

const toolOf = (tool: Chain["tool"], family: string): string =>
  family === "ip6" ? tool.replace("ip", "ip6") : tool;

/** Rules in both backends. Each program shows only its own, and both may drop. */
function mixed({ chains }: HostFacts): Finding[] {
  const has = (tool: Chain["tool"]) => chains.some((chain) => chain.tool === tool && isUsed(chain));
  const subject = "iptables";
  if (has("iptables-legacy") && has("iptables")) {
    return [
      {
        ...{
          level: "warning",
          subject,
          text: "rules in both backends, nf_tables and legacy: `iptables -S` shows only one of them, and both can drop packets",
        },
        fix: "keep one backend: add the rules that you still need from `iptables-legacy-save` with iptables, then delete the legacy ones, policies first",
        code: legacyEnd(chains),
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

/** Deletes the rules of legacy iptables. Policies come first, because without the rules they would drop everything. */
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
