import { Node, Topology } from "pulumi-netns";

// The change adds parts, removes others, updates some in place and recreates others.
const isChanged = process.env["FAULT_CHANGED"] === "yes";

/** A node on the switch. */
const onHub = (number: number, mtu = 1500) => ({
  interfaces: { eth0: { mtu, peer: { bridge: "hub" }, addresses: [`10.7.0.${number}/24`] } },
  routes: [{ destination: "default", via: "10.7.0.254" }],
});

const lab = new Topology("lab", {
  bridges: { hub: { addresses: ["10.7.0.254/24"] } },
  nodes: isChanged ? { n1: onHub(1, 1400), n3: onHub(3) } : { n1: onHub(1), n2: onHub(2) },
  sysctls: { "net.ipv4.ip_forward": 1 },
  nat: {
    out: { kind: "masquerade", source: "10.7.0.0/24" },
    ...(isChanged && { web: { kind: "dnat", protocol: "tcp", port: 80, to: "10.7.0.1:80" } }),
  },
  filter: {
    telnet: { chain: "forward", protocol: "tcp", port: 23, verdict: isChanged ? "reject" : "drop" },
  },
});

new Node(
  "edge",
  {
    interfaces: {
      eth0: {
        // A far end with another name is another link.
        peer: { bridge: "hub", name: isChanged ? "edge-up" : "edge-eth0" },
        addresses: [isChanged ? "10.7.0.9/24" : "10.7.0.8/24"],
      },
      ...(isChanged && { eth1: { peer: { namespace: "n1", name: "edge1" }, addresses: ["10.8.0.1/30"] } }),
    },
    routes: [{ destination: "default", via: "10.7.0.254", ...(isChanged && { metric: 10 }) }],
  },
  { dependsOn: lab },
);
