import { Address, Bridge, Namespace, NatRule, Route, Sysctl, VethPair } from "pulumi-netns";

// Blue on the switch, and the LAN, as in the example `gateway`.
const net = new Bridge("v-net-0");
const gateway = new Address("gateway", { interface: net, address: "192.168.15.5/24" });
const blue = new Namespace("blue");
const cable = new VethPair("veth-blue", {
  end: { namespace: blue },
  peer: { name: "veth-blue-br", bridge: net },
});
new Address("blue-ip", { interface: cable.end, address: "192.168.15.2/24" });
new Route("blue-to-lan", { namespace: blue, destination: "192.168.1.0/24", via: gateway.ip });
new Sysctl("forwarding", { key: "net.ipv4.ip_forward", value: 1 });

const lan = new Namespace("lan");
const wire = new VethPair("host-lan", { peer: { name: "eth0", namespace: lan } });
const hostLanIp = new Address("host-lan-ip", { interface: wire.end, address: "192.168.1.2/24" });
new Address("lan-ip", { interface: wire.peer, address: "192.168.1.3/24" });

// First way in: one port of the host leads to blue's web server.
new NatRule("web", { kind: "dnat", protocol: "tcp", port: 80, to: "192.168.15.2:80" });

// Second way in: an address of the host that stands for blue as a whole, ping included.
// After the host's own address: the first of a network is the one that the host's packets leave with.
new Address("blue-lan-ip", { interface: wire.end, address: "192.168.1.20/24" }, { dependsOn: hostLanIp });
new NatRule("blue-as-host", { kind: "dnat", destination: "192.168.1.20", to: "192.168.15.2" });
