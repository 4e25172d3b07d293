#!/bin/bash
# PID 1 of a private host, in namespaces of its own: private-host-init.sh ROOT
#
#   lan 10.9.0.1  fd09::1 ──── eth0 10.9.0.2  fd09::2 host
set -eu
mkdir -p "$1/.old"
cd "$1"
pivot_root . .old
cd /
mount -t proc proc /proc
umount -l /.old
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p /run/lock /run/netns /run/dbus

hostname private-host
ip link set lo up
# The default of a host, until something enables forwarding.
sysctl -q -w net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
ip netns add lan
ip link add eth0 type veth peer name eth0 netns lan
ip address add 10.9.0.2/24 dev eth0
ip address add fd09::2/64 dev eth0 nodad
ip link set eth0 up
ip -n lan link set lo up
ip -n lan address add 10.9.0.1/24 dev eth0
ip -n lan address add fd09::1/64 dev eth0 nodad
ip -n lan link set eth0 up
ip route add default via 10.9.0.1
ip route add default via fd09::1

touch /run/private-host
echo ready
# Not exec: this shell reaps processes whose parents have ended.
sleep infinity
exit
