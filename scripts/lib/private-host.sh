#!/bin/bash
# Makes a private host and holds it: private-host.sh FOLDER CHECKOUT "PACKAGE..."
#
# Its root is this machine's, under a layer in memory in FOLDER. Packages are installed only into that layer.
set -eu
folder=$1 checkout=$2 packages=$3

mount --make-rprivate /
mount -t tmpfs tmpfs "$folder"
root=$folder/root
mkdir "$folder/upper" "$folder/work" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" "$root"
mount --rbind /dev "$root/dev"
# Folders that must not be this machine's. Container images need a file system other than overlay.
for own in /run /tmp /var/log /var/lib/docker /var/lib/containers /var/lib/containerd /var/lib/libvirt /var/lib/NetworkManager; do
  mkdir -p "$root$own"
  mount -t tmpfs tmpfs "$root$own"
done

# The checkout may lie below /tmp or on another file system. Files that tests write into it belong to the host.
mkdir -p "$root$checkout" "$checkout/.test-stacks"
mount --rbind "$checkout" "$root$checkout"
mount -t tmpfs tmpfs "$root$checkout/.test-stacks"

if [ -n "$packages" ]; then
  mount -t proc proc "$root/proc"
  # Forbids packages to start services, which would use this machine's network.
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
