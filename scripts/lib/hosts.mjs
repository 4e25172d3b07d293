/** The private hosts of `npm run beside` and the Debian packages of each. Their tests are in test/beside. */
export const HOSTS = {
  docker: ["docker.io", "busybox-static"],
  firewalld: ["firewalld", "dbus"],
  legacy: [],
  libvirt: [
    "libvirt-daemon-system",
    "libvirt-daemon-driver-qemu",
    "libvirt-daemon-config-network",
    "libvirt-clients",
    "dnsmasq-base",
    "dbus",
  ],
  networkd: ["systemd", "dbus"],
  networkManager: ["network-manager", "dbus"],
  podman: ["podman", "netavark", "aardvark-dns", "catatonit", "runc", "busybox-static"],
  ufw: ["ufw"],
};
