import { Address, Bridge, Namespace, NatRule, Reachability, Route, Sysctl, VethPair } from "pulumi-netns";

// Blue sits on the switch, as in the example `switch`.
const net = new Bridge("v-net-0");
const blue = new Namespace("blue");
const cable = new VethPair("veth-blue", {
  end: { namespace: blue },
  peer: { name: "veth-blue-br", bridge: net },
});
new Address("blue-ip", { interface: cable.end, address: "192.168.15.2/24" });

// The LAN: a namespace stands for a host outside, which knows nothing of 192.168.15.0/24. On a machine with a real LAN
// leave these four out, and the two proofs below; give the route that LAN's network, the NAT rule `outInterface`.
const lan = new Namespace("lan");
const wire = new VethPair("host-lan", { peer: { name: "eth0", namespace: lan } });
new Address("host-lan-ip", { interface: wire.end, address: "192.168.1.2/24" });
new Address("lan-ip", { interface: wire.peer, address: "192.168.1.3/24" });

// The host becomes a router: it has an address on the switch, blue sends through it, and the kernel forwards.
const gateway = new Address("gateway", { interface: net, address: "192.168.15.5/24" });
new Route("blue-to-lan", { namespace: blue, destination: "192.168.1.0/24", via: gateway.ip });
new Sysctl("forwarding", { key: "net.ipv4.ip_forward", value: 1 });

// What leaves for elsewhere gets the host's own address, or no answer would find its way back.
new NatRule("out", { kind: "masquerade", source: "192.168.15.0/24" });

// Proof of all that, with real packets: where it does not hold, `pulumi up` fails and says why.
new Reachability("blue-reaches-lan", { namespace: blue, target: "192.168.1.3" });
new Reachability("lan-stays-out", { namespace: lan, target: "192.168.15.2", expect: "blocked" });

export const outside = "192.168.1.3";
