import { Topology } from "pulumi-netns";

const names = Array.from({ length: 12 }, (_, at) => `n${at + 1}`);

// Twelve nodes, alike but for their addresses: a program can say so in a loop.
const nodes = Object.fromEntries(
  names.map((name, at) => [
    name,
    {
      interfaces: { eth0: { peer: { bridge: "hub" }, addresses: [`10.7.0.${at + 1}/24`] } },
      routes: [{ destination: "default", via: "10.7.0.254" }],
    },
  ]),
);

// One resource, whatever the number: what changes inside is changed in place, part by part.
new Topology("star", {
  bridges: { hub: { addresses: ["10.7.0.254/24"] } },
  nodes,
  sysctls: { "net.ipv4.ip_forward": 1 },
  nat: { out: { kind: "masquerade", source: "10.7.0.0/24" } },
});
