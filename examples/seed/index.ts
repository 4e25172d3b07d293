import { Address, Bridge, Namespace, Sysctl, VethPair } from "pulumi-netns";

const red = new Namespace("red");
const blue = new Namespace("blue");
const net = new Bridge("v-net-0");
const redCable = new VethPair("veth-red", { end: { namespace: red }, peer: { name: "veth-red-br", bridge: net } });
const blueCable = new VethPair("veth-blue", { end: { namespace: blue }, peer: { name: "veth-blue-br", bridge: net } });
new Address("red-ip", { interface: redCable.end, address: "192.168.15.1/24" });
new Address("blue-ip", { interface: blueCable.end, address: "192.168.15.2/24" });
new Address("gateway", { interface: net, address: "192.168.15.5/24" });
new Sysctl("forwarding", { key: "net.ipv4.ip_forward", value: 1 });
