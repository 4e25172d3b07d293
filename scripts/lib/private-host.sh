#!/bin/bash
# Makes a private host and stays as its holder: private-host.sh FOLDER "PACKAGE..." "MOUNTED..."
#
# Its root is that of this machine under a layer in memory, in FOLDER. Packages are installed into that layer alone.
# MOUNTED are folders that lie on other file systems than /, and that the host is to see as well.
set -eu
folder=$1 packages=$2 mounted=$3

mount --make-rprivate /
mount -t tmpfs tmpfs "$folder"
root=$folder/root
mkdir "$folder/upper" "$folder/work" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" "$root"
mount --rbind /dev "$root/dev"
for from in $mounted; do mount --rbind "$from" "$root$from"; done
# Of its own each: what this machine keeps there is not the host's. Images of containers need a file system that is no overlay.
for own in /run /tmp /var/log /var/lib/docker /var/lib/containers /var/lib/containerd /var/lib/libvirt /var/lib/NetworkManager; do
  mkdir -p "$root$own"
  mount -t tmpfs tmpfs "$root$own"
done

if [ -n "$packages" ]; then
  mount -t proc proc "$root/proc"
  # No package may start its service: that would be on this machine's network.
  printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
  chmod +x "$root/usr/sbin/policy-rc.d"
  apt() { DEBIAN_FRONTEND=noninteractive LC_ALL=C chroot "$root" apt-get -q -o DPkg::Lock::Timeout=120 "$@" >> "$folder/apt.log" 2>&1; }
  # shellcheck disable=SC2086 # a list of words
  apt update && apt install -y --no-install-recommends $packages || {
    tail -n 20 "$folder/apt.log" >&2
    exit 1
  }
  umount "$root/proc"
fi

exec unshare --net --mount --pid --fork --kill-child --ipc --uts --cgroup bash "${0%.sh}-init.sh" "$root"
