import { programsOf } from "../../../provider/linux/programs";
import type { HostFacts } from "../facts";
import type { Check, Finding } from "../finding";
import { ownLinks } from "../ownLinks";
import { allowedByUfw, trusted } from "./exceptions";

/** A program that manages the network here, known by its process or its chains. */
interface Manager {
  readonly name: string;
  isHere(facts: HostFacts): boolean;
  text(facts: HostFacts): string;
  fix(facts: HostFacts): string;
  code?(facts: HostFacts): readonly string[];
}

const runs =
  (comm: string) =>
  ({ processes }: HostFacts): boolean =>
    processes.includes(comm.slice(0, 15));

const hasChain =
  (pattern: RegExp) =>
  ({ chains }: HostFacts): boolean =>
    chains.some(({ table, name }) => pattern.test(name) || pattern.test(table));

/** Whether one of these programs has chains or tables here. */
const made =
  (...names: readonly string[]) =>
  ({ chains }: HostFacts): boolean =>
    programsOf(chains.flatMap(({ table, name }) => [table, name])).some((name) => names.includes(name));

const either =
  (...conditions: readonly ((facts: HostFacts) => boolean)[]) =>
  (facts: HostFacts): boolean =>
    conditions.some((condition) => condition(facts));

/** Returns the policy of the chain FORWARD of iptables on this host. */
const forwardPolicy = ({ chains }: HostFacts): string => {
  const found = chains.find(
    ({ tool, family, table, name }) =>
      tool === "iptables" && family === "ip" && table === "filter" && name === "FORWARD",
  );
  return (found?.base?.policy ?? "accept").toUpperCase();
};

const MANAGERS: readonly Manager[] = [
  {
    name: "Docker",
    isHere: either(runs("dockerd"), made("Docker")),
    text: (facts) =>
      `has its chains in FORWARD, whose policy is ${forwardPolicy(facts)} here, masquerades its own networks, and publishes ports`,
    fix: () =>
      "use a FilterRule with backend iptables and dockerUser: true, which goes into Docker's chain for exceptions, DOCKER-USER",
  },
  {
    name: "Podman",
    isHere: made("Podman", "a CNI plugin"),
    text: () => "masquerades its own networks, and publishes ports",
    fix: () => "give NatRules other ports than containers publish, because a NatRule takes such a port over",
  },
  {
    name: "libvirt",
    isHere: either(runs("libvirtd"), runs("virtnetworkd"), made("libvirt")),
    text: () => "rejects new connections from other networks to those of its guests",
    fix: () =>
      'use a FilterRule with chain: "forward" and backend: "iptables", which precedes its chains and stays there',
  },
  {
    name: "firewalld",
    isHere: either(runs("firewalld"), hasChain(/^firewalld$/)),
    text: () =>
      "rejects packets of links outside of its zones; a reload deletes iptables rules, but not other nft tables",
    fix: () =>
      "put your links into its zone trusted, or let FilterRules with backend firewalld accept their packets",
    code: trusted,
  },
  {
    name: "ufw",
    isHere: hasChain(/^ufw6?-/),
    text: (facts) =>
      `has its chains in INPUT, OUTPUT and FORWARD; the policy of FORWARD is ${forwardPolicy(facts)} here`,
    fix: () => "allow your links, or set DEFAULT_FORWARD_POLICY in /etc/default/ufw",
    code: allowedByUfw,
  },
  {
    name: "NetworkManager",
    isHere: runs("NetworkManager"),
    text: () => "may manage new links: give them addresses, or set them down",
    fix: (facts) =>
      `add a file to /etc/NetworkManager/conf.d with [keyfile] and unmanaged-devices=${ownLinks(facts)
        .map((name) => `interface-name:${name}`)
        .join(";")}`,
  },
  {
    name: "networkd",
    isHere: runs("systemd-networkd"),
    text: () =>
      "may delete unknown routes and rules when it starts; a .network file that matches every link configures new ones, and removes them from bridges",
    fix: (facts) =>
      `set ManageForeignRoutes=no and ManageForeignRoutingPolicyRules=no in /etc/systemd/networkd.conf, and add a first .network file with [Match] Name=${ownLinks(facts).join(" ")} and [Link] Unmanaged=yes`,
  },
];

export const managers: Check = {
  title: "Others at work",
  run(facts) {
    const here = MANAGERS.filter((manager) => manager.isHere(facts));
    if (here.length === 0) {
      const names = MANAGERS.map(({ name }) => name).join(", ");
      return [{ level: "ok", subject: "none", text: `found none of ${names}` }];
    }
    return here.map(
      ({ name, text, fix, code }): Finding => ({
        ...{ level: "warning", subject: name },
        ...{ text: text(facts), fix: fix(facts), code: code?.(facts) },
      }),
    );
  },
};
