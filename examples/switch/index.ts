import { Address, Bridge, Namespace, VethPair } from "pulumi-netns";

// The switch. It lives on the host, so the host has a port on it as well: the bridge itself.
const net = new Bridge("v-net-0");
new Address("host-ip", { interface: net, address: "192.168.15.5/24" });

// A room for each, and a cable from the room to the switch.
for (const [room, address] of [
  ["red", "192.168.15.1/24"],
  ["blue", "192.168.15.2/24"],
] as const) {
  const namespace = new Namespace(room);
  const cable = new VethPair(`veth-${room}`, {
    end: { namespace },
    peer: { name: `veth-${room}-br`, bridge: net },
  });
  new Address(`${room}-ip`, { interface: cable.end, address });
}
