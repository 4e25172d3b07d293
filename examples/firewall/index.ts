import { Address, FilterRule, Namespace, Reachability, Route, Sysctl, VethPair } from "pulumi-netns";

// A router, and a room on either side of it.
const router = new Namespace("router");
for (const [room, ip, gateway] of [
  ["red", "10.1.0.2", "10.1.0.1"],
  ["blue", "10.2.0.2", "10.2.0.1"],
] as const) {
  const namespace = new Namespace(room);
  const cable = new VethPair(`veth-${room}`, {
    end: { name: "eth0", namespace },
    peer: { name: room, namespace: router },
  });
  new Address(`${room}-ip`, { interface: cable.end, address: `${ip}/24` });
  const via = new Address(`${room}-gateway`, { interface: cable.peer, address: `${gateway}/24` });
  new Route(`${room}-out`, { namespace, destination: "default", via: via.ip });
}
new Sysctl("forwarding", { namespace: router, key: "net.ipv4.ip_forward", value: 1 });

// What the router passes on. Rules are asked by priority, and the first that fits decides: answers to what was let in, then what
// red may begin, then nothing else.
const forward = { namespace: router, chain: "forward" } as const;
const redToBlue = {
  ...forward,
  priority: 20,
  inInterface: "red",
  outInterface: "blue",
  state: "new",
} as const;
new FilterRule("answers", { ...forward, priority: 10, state: ["established", "related"], verdict: "accept" });
new FilterRule("web", {
  ...redToBlue,
  destination: "10.2.0.2",
  protocol: "tcp",
  port: 80,
  verdict: "accept",
});
new FilterRule("ping", { ...redToBlue, protocol: "icmp", icmpType: "echo-request", verdict: "accept" });
new FilterRule("rest", { ...forward, priority: 999, verdict: "drop" });

// Proof: the same ping is answered one way and blocked the other.
new Reachability("red-reaches-blue", { namespace: "red", target: "10.2.0.2" });
new Reachability("blue-is-kept-out", { namespace: "blue", target: "10.1.0.2", expect: "blocked" });
