import { Address, Namespace, VethPair } from "pulumi-netns";

// Two rooms. Nothing leads in or out of them yet.
const red = new Namespace("red");
const blue = new Namespace("blue");

// A cable from one to the other. Both of its ends come up by themselves.
const cable = new VethPair("veth-red", {
  end: { namespace: red },
  peer: { name: "veth-blue", namespace: blue },
});

// The prefix length makes them neighbours: with a bare address (/32) neither would know a way to the other.
new Address("red-ip", { interface: cable.end, address: "192.168.15.1/24" });
new Address("blue-ip", { interface: cable.peer, address: "192.168.15.2/24" });
