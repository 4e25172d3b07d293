import { Address, Bridge, Namespace, NatRule, Reachability, Route, Sysctl, VethPair } from "pulumi-netns";

const blue = new Namespace("blue");
const net = new Bridge("v-net-0");
const cable = new VethPair("veth-blue", {
  end: { namespace: blue },
  peer: { name: "veth-blue-br", bridge: net },
});
new Address("blue-ip", { interface: cable.end, address: "192.168.15.2/24" });

const gateway = new Address("gateway", { interface: net, address: "192.168.15.5/24" });
new Route("blue-out", { namespace: blue, destination: "default", via: gateway.ip });
new Sysctl("forwarding", { key: "net.ipv4.ip_forward", value: 1 });
new NatRule("out", { kind: "masquerade", source: "192.168.15.0/24" });
new NatRule("web", { kind: "dnat", protocol: "tcp", port: 80, to: "192.168.15.2:80" });
new Reachability("blue-to-gateway", { namespace: blue, target: gateway.ip });
