import { Address, Bridge, FilterRule, Namespace, NatRule, Route, Sysctl, VethPair } from "../../sdk";

/*
 *   lan                  host                                     blue
 *   10.9.0.1 ── eth0 10.9.0.2   lab0 192.168.15.1 ── veth-blue ── eth0 192.168.15.2
 *   fd09::1          fd09::2         fd15::1                           fd15::2
 */

export const LAN = ["10.9.0.1", "fd09::1"] as const;
export const HOST = ["10.9.0.2", "fd09::2"] as const;

/** Rules that accept the lab's packets if something else drops unknown ones. */
type Accepts = "dockerUser" | "iptables" | "firewalld";

interface LabOptions {
  readonly accepts?: Accepts | undefined;
  /** The port of the host that leads to the web server in blue. */
  readonly port?: number;
  readonly nat?: "nftables" | "iptables";
  readonly natPriority?: number;
}

/** A typical program for such a host: a switch with a room, a way out, and a port that leads in. */
export const lab =
  ({ accepts, port = 80, nat = "nftables", natPriority = 0 }: LabOptions = {}) =>
  (): void => {
    const bridge = new Bridge("lab", { name: "lab0" });
    const own = [
      new Address("lab-4", { interface: bridge, address: "192.168.15.1/24" }),
      new Address("lab-6", { interface: bridge, address: "fd15::1/64", nodad: true }),
    ];
    const namespace = new Namespace("blue");
    const cable = new VethPair("blue", {
      end: { name: "eth0", namespace },
      peer: { name: "veth-blue", bridge },
    });
    const ips = [
      new Address("blue-4", { interface: cable.end, address: "192.168.15.2/24" }),
      new Address("blue-6", { interface: cable.end, address: "fd15::2/64", nodad: true }),
    ];
    for (const [family, via] of [
      ["ipv4", "192.168.15.1"],
      ["ipv6", "fd15::1"],
    ] as const) {
      const at = family === "ipv4" ? 0 : 1;
      const key = family === "ipv4" ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding";
      new Route(
        `out-${family}`,
        { namespace, destination: family === "ipv4" ? "default" : "::/0", via },
        { dependsOn: [...own, ...ips] },
      );
      new Sysctl(`forward-${family}`, { key, value: 1 });
      new NatRule(`hide-${family}`, {
        family,
        backend: nat,
        kind: "masquerade",
        source: ["192.168.15.0/24", "fd15::/64"][at],
        outInterface: "eth0",
      });
      new NatRule(`web-${family}`, {
        family,
        backend: nat,
        kind: "dnat",
        priority: natPriority,
        inInterface: "eth0",
        protocol: "tcp",
        port,
        to: family === "ipv4" ? "192.168.15.2:80" : "[fd15::2]:80",
      });
      if (accepts) accept(accepts, family);
    }
  };

function accept(accepts: Accepts, family: "ipv4" | "ipv6"): void {
  const dockerUser = accepts === "dockerUser" && family === "ipv4";
  const network = family === "ipv4" ? "192.168.15.0/24" : "fd15::/64";
  for (const direction of ["in", "out"] as const) {
    // firewalld assigns links to zones by name only.
    const match =
      accepts === "firewalld"
        ? { [direction === "in" ? "source" : "destination"]: network }
        : { [`${direction}Interface`]: "lab0" };
    const backend = accepts === "firewalld" ? "firewalld" : "iptables";
    const args = {
      family,
      backend,
      chain: "forward",
      verdict: "accept",
      ...(dockerUser && { dockerUser }),
    } as const;
    new FilterRule(`${direction}-${family}`, { ...args, ...match });
  }
}
