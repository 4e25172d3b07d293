import { command } from "../../provider/linux/command";
import { localHost } from "../../provider/linux/host/local/localHost";
import { typed } from "./kernel";

/*
 *   it-in                          host                        it-out
 *   10.9.0.2  fd09::2 ──── 10.9.0.1  10.9.1.1 ──── 10.9.1.2  fd09:1::2
 *                          fd09::1  fd09:1::1
 */
const LINES = [
  "netns add it-in",
  "netns add it-out",
  "link add it-v0 type veth peer name eth0 netns it-in",
  "link add it-v1 type veth peer name eth0 netns it-out",
  "address add 10.9.0.1/24 dev it-v0",
  "address add 10.9.1.1/24 dev it-v1",
  "address add fd09::1/64 dev it-v0 nodad",
  "address add fd09:1::1/64 dev it-v1 nodad",
  "link set it-v0 up",
  "link set it-v1 up",
  "-n it-in address add 10.9.0.2/24 dev eth0",
  "-n it-in address add fd09::2/64 dev eth0 nodad",
  "-n it-out address add 10.9.1.2/24 dev eth0",
  "-n it-out address add fd09:1::2/64 dev eth0 nodad",
  "-n it-in link set eth0 up",
  "-n it-out link set eth0 up",
  "-n it-in route add default via 10.9.0.1",
  "-n it-in route add default via fd09::1",
  "-n it-out route add default via 10.9.1.1",
  "-n it-out route add default via fd09:1::1",
];

async function forward(value: 0 | 1): Promise<void> {
  for (const key of ["ipv4.ip_forward", "ipv6.conf.all.forwarding"])
    await localHost.run(command("sysctl", undefined, ["-q", "-w", `net.${key}=${value}`]));
}

/** Two namespaces that only reach each other through the host. `onKernel` deletes them with all others named `it-…`. */
export const throughHost = {
  async make(): Promise<void> {
    for (const line of LINES) await typed(line);
    await forward(1);
  },
  leave: () => forward(0),
};
