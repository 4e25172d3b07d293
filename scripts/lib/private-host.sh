#!/bin/bash
# Makes a private host and stays as its holder: private-host.sh FOLDER CHECKOUT "PACKAGE..."
#
# Its root is that of this machine under a layer in memory, in FOLDER. Packages are installed into that layer alone.
set -eu
folder=$1 checkout=$2 packages=$3

mount --make-rprivate /
mount -t tmpfs tmpfs "$folder"
root=$folder/root
mkdir "$folder/upper" "$folder/work" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" "$root"
mount --rbind /dev "$root/dev"
# Of its own each: what this machine keeps there is not the host's. Images of containers need a file system that is no overlay.
for own in /run /tmp /var/log /var/lib/docker /var/lib/containers /var/lib/containerd /var/lib/libvirt /var/lib/NetworkManager; do
  mkdir -p "$root$own"
  mount -t tmpfs tmpfs "$root$own"
done

# Wherever the checkout lies, below /tmp or on another file system; what tests write into it is the host's own.
mkdir -p "$root$checkout" "$checkout/.test-stacks"
mount --rbind "$checkout" "$root$checkout"
mount -t tmpfs tmpfs "$root$checkout/.test-stacks"

if [ -n "$packages" ]; then
  mount -t proc proc "$root/proc"
  # No package may start its service: that would be on this machine's network.
  printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
  chmod +x "$root/usr/sbin/policy-rc.d"
  apt() { DEBIAN_FRONTEND=noninteractive LC_ALL=C chroot "$root" apt-get -q -o DPkg::Lock::Timeout=120 "$@" >> "$folder/apt.log" 2>&1; }
  # shellcheck disable=SC2086 # a list of words
  install() { apt install -y --no-install-recommends $packages; }
  # Good package lists of this machine save an update for each host.
  install || { apt update && install; } || {
    tail -n 20 "$folder/apt.log" >&2
    exit 1
  }
  umount "$root/proc"
fi

exec unshare --net --mount --pid --fork --kill-child --ipc --uts --cgroup bash "${0%.sh}-init.sh" "$root"
