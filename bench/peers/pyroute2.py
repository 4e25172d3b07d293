"""pyroute2 as its manual shows it: netns.create() and IPRoute(netns=NAME). pyroute2.py up|destroy NETWORK.json"""

import json
import subprocess
import sys

# Not this file, which goes by the library's name.
sys.path.pop(0)
from pyroute2 import IPRoute, netns  # noqa: E402


def nft(text):
    subprocess.run(["nft", "-f", "-"], input=text.encode(), check=True)


def set_sysctls(values):
    for key, value in values.items():
        with open("/proc/sys/" + key.replace(".", "/"), "w") as file:
            file.write(str(value))


def set_sysctls_inside(name, values):
    if values:
        netns.pushns(name)
        set_sysctls(values)
        netns.popns()


def address(text):
    host, length = text.split("/")
    return {"address": host, "prefixlen": int(length)}


def build(network):
    set_sysctls(network["sysctls"])
    with IPRoute() as host:
        bridges = {}
        for name, bridge in network["bridges"].items():
            host.link("add", ifname=name, kind="bridge")
            bridges[name] = host.link_lookup(ifname=name)[0]
            if "address" in bridge:
                host.addr("add", index=bridges[name], **address(bridge["address"]))
            host.link("set", index=bridges[name], state="up")
        for name, node in network["nodes"].items():
            netns.create(name)
            for link, end in node["interfaces"].items():
                host.link(
                    "add",
                    ifname=end["port"],
                    kind="veth",
                    master=bridges[end["bridge"]],
                    state="up",
                    peer={"ifname": link, "net_ns_fd": name},
                )
            set_sysctls_inside(name, node["sysctls"])
            with IPRoute(netns=name) as inside:
                for link, end in node["interfaces"].items():
                    index = inside.link_lookup(ifname=link)[0]
                    inside.addr("add", index=index, **address(end["address"]))
                    inside.link("set", index=index, state="up")
                inside.link("set", index=1, state="up")
                for route in node["routes"]:
                    inside.route("add", dst=route["destination"], gateway=route["via"])
    source = network.get("masquerade")
    if source:
        nft(
            "add table ip bench\n"
            "add chain ip bench out { type nat hook postrouting priority 100; }\n"
            f"add rule ip bench out ip saddr {source} ip daddr != {source} masquerade\n"
        )


def destroy(network):
    for name in network["nodes"]:
        netns.remove(name)
    with IPRoute() as host:
        for name in network["bridges"]:
            host.link("del", ifname=name)
    if network.get("masquerade"):
        nft("delete table ip bench\n")


if __name__ == "__main__":
    with open(sys.argv[2]) as file:
        {"up": build, "destroy": destroy}[sys.argv[1]](json.load(file))
