"""Mininet with its switch for Linux bridges. mininet_peer.py NETWORK.json, with the pipes built, end, gone in the current folder."""

import json
import sys

import mininet.net
from mininet.net import Mininet
from mininet.nodelib import LinuxBridge

# It raises limits of the whole machine.
mininet.net.fixLimits = lambda: None


def build(network):
    net = Mininet(switch=LinuxBridge, controller=None, build=False)
    switches = {name: net.addSwitch(name) for name in network["bridges"]}
    for name, node in network["nodes"].items():
        default = next(r["via"] for r in node["routes"] if r["destination"] == "default")
        first = next(iter(node["interfaces"].values()))
        host = net.addHost(name, ip=first["address"], defaultRoute=f"via {default}")
        for link, end in node["interfaces"].items():
            switch = switches[end["bridge"]]
            # The far end is called as Mininet likes: its bridge takes only what begins with its own name.
            net.addLink(host, switch, intfName1=link, params1={"ip": end["address"]})
    net.start()
    for name, node in network["nodes"].items():
        for key, value in node["sysctls"].items():
            net[name].cmd(f"sysctl -q -w {key}={value}")
        for route in node["routes"]:
            if route["destination"] != "default":
                net[name].cmd(f"ip route add {route['destination']} via {route['via']}")
    outside = next(iter(switches.values()))
    for key, value in network["sysctls"].items():
        outside.cmd(f"sysctl -q -w {key}={value}")
    for name, bridge in network["bridges"].items():
        if "address" in bridge:
            outside.cmd(f"ip addr add {bridge['address']} dev {name}")
    masquerade(outside, network, "-A")
    return net


def masquerade(node, network, operation):
    source = network.get("masquerade")
    if source:
        node.cmd(f"iptables -t nat {operation} POSTROUTING -s {source} ! -d {source} -j MASQUERADE")


def tell(pipe, text):
    with open(pipe, "w") as file:
        file.write(text)


def main():
    with open(sys.argv[1]) as file:
        network = json.load(file)
    net = build(network)
    tell("built", f"{net.hosts[0].pid}\n")
    with open("end") as file:
        file.read()
    masquerade(net.switches[0], network, "-D")
    net.stop()
    tell("gone", "")


main()
