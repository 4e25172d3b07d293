import type { HostFacts } from "../facts";
import type { Check, Finding } from "../finding";

/** What else manages the network here, by its process or by what it leaves in the kernel. */
interface Manager {
  readonly name: string;
  isHere(facts: HostFacts): boolean;
  readonly text: string;
  readonly mend: string;
}

const runs =
  (comm: string) =>
  ({ processes }: HostFacts): boolean =>
    processes.includes(comm.slice(0, 15));

const hasChain =
  (pattern: RegExp) =>
  ({ chains }: HostFacts): boolean =>
    chains.some(({ table, name }) => pattern.test(name) || pattern.test(table));

const either =
  (...conditions: readonly ((facts: HostFacts) => boolean)[]) =>
  (facts: HostFacts): boolean =>
    conditions.some((condition) => condition(facts));

const MANAGERS: readonly Manager[] = [
  {
    name: "Docker",
    isHere: either(runs("dockerd"), hasChain(/^DOCKER/)),
    text: "sets the policy of FORWARD to DROP, and masquerades its own networks",
    mend: "a FilterRule with backend iptables and dockerUser: true goes into its chain DOCKER-USER, which it leaves alone",
  },
  {
    name: "firewalld",
    isHere: either(runs("firewalld"), hasChain(/^firewalld$/)),
    text: "rejects what its zones do not know; a reload wipes iptables rules, not those of other nft tables",
    mend: "firewall-cmd --permanent --zone=trusted --add-interface=BRIDGE, or a FilterRule with backend firewalld",
  },
  {
    name: "ufw",
    isHere: hasChain(/^ufw6?-/),
    text: "sets the policy of FORWARD to DROP; its reload puts its own rules first again",
    mend: "ufw route allow in on BRIDGE; or DEFAULT_FORWARD_POLICY in /etc/default/ufw",
  },
  {
    name: "NetworkManager",
    isHere: runs("NetworkManager"),
    text: "may take new links for its own, and give them addresses or set them down",
    mend: "a file in /etc/NetworkManager/conf.d: [keyfile] and unmanaged-devices=interface-name:veth*;interface-name:v-net-*",
  },
  {
    name: "networkd",
    isHere: runs("systemd-networkd"),
    text: "deletes routes and rules that it does not know when it starts, and may configure new links",
    mend: "ManageForeignRoutes=no and ManageForeignRoutingPolicyRules=no in /etc/systemd/networkd.conf; Unmanaged=yes for the links",
  },
];

export const managers: Check = {
  title: "Others at work",
  run(facts) {
    const here = MANAGERS.filter((manager) => manager.isHere(facts));
    if (here.length === 0) {
      const names = MANAGERS.map(({ name }) => name).join(", ");
      return [{ level: "ok", subject: "none", text: `no trace of ${names}` }];
    }
    return here.map(({ name, text, mend }): Finding => ({ level: "warning", subject: name, text, mend }));
  },
};
