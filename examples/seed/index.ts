import { Address, Bridge, Namespace, NatRule, Route, Sysctl, VethPair } from "pulumi-netns";

// Two rooms, each with its own links, routes and ARP table.
const red = new Namespace("red");
const blue = new Namespace("blue");

// A virtual switch on the host, and a cable to it from each room.
const net = new Bridge("v-net-0");
const redCable = new VethPair("veth-red", {
  end: { namespace: red },
  peer: { name: "veth-red-br", bridge: net },
});
const blueCable = new VethPair("veth-blue", {
  end: { namespace: blue },
  peer: { name: "veth-blue-br", bridge: net },
});
new Address("red-ip", { interface: redCable.end, address: "192.168.15.1/24" });
new Address("blue-ip", { interface: blueCable.end, address: "192.168.15.2/24" });

// The host has an address on the switch: it reaches the rooms, and is their gateway.
const gateway = new Address("gateway", { interface: net, address: "192.168.15.5/24" });

// The LAN. A namespace stands for the host outside; it knows nothing of 192.168.15.0/24. On a machine with a real LAN
// leave these four out; `blue-lan-ip` then takes the host's own interface by its name, in place of `wire.end` and `dependsOn`.
const lan = new Namespace("lan");
const wire = new VethPair("host-lan", { peer: { name: "eth0", namespace: lan } });
const hostLanIp = new Address("host-lan-ip", { interface: wire.end, address: "192.168.1.2/24" });
new Address("lan-ip", { interface: wire.peer, address: "192.168.1.3/24" });

// The way out: a route to the LAN, a kernel that forwards, and the host's own address on what leaves.
new Route("blue-to-lan", { namespace: blue, destination: "192.168.1.0/24", via: gateway.ip });
new Sysctl("forwarding", { key: "net.ipv4.ip_forward", value: 1 });
new NatRule("out", { kind: "masquerade", source: "192.168.15.0/24" });

// Two ways in: a port of the host that leads to blue, and an address of the host that stands for blue as a whole.
new NatRule("web", { kind: "dnat", protocol: "tcp", port: 80, to: "192.168.15.2:80" });
// After the host's own address: the first of a network is the one that the host's packets leave with.
new Address("blue-lan-ip", { interface: wire.end, address: "192.168.1.20/24" }, { dependsOn: hostLanIp });
new NatRule("blue-as-host", { kind: "dnat", destination: "192.168.1.20", to: "192.168.15.2" });
