#!/usr/bin/env bash
# hold.sh CLUSTER_DIR/: what the node's namespaces belong to, started by `unshare --mount --net`. It arranges the mounts
# and then waits to be ended: with the last process of the node everything goes that was made in its namespaces, which is
# every mount, network device, address, route, packet filter rule and network sysctl.
set -euo pipefail
dir=${1%/}/node
mkdir -p "$dir"

# The kubelet, CNI and the runtime write to fixed places; here these are the node's own. What is mounted below /run would
# otherwise be held, for instance the network namespaces of others.
while read -r _ _ _ _ target _; do
  case $target in /run/* | /var/run/*) umount -l "$target" 2>/dev/null || true ;; esac
done </proc/self/mountinfo
mount -t tmpfs -o mode=755 outrigger-node /run
for folder in /var/lib /var/log; do
  upper=$dir${folder//\//-}
  mkdir -p "$upper" "$upper.work"
  mount -t overlay -o "lowerdir=$folder,upperdir=$upper,workdir=$upper.work" outrigger-node "$folder"
done

# The kubelet sets these for the whole machine unless they are right already. So it is shown files in which they are.
show() { # SYSCTL VALUE
  [ -e "/proc/sys/$1" ] || return 0
  echo "$2" >"$dir/${1//\//.}"
  mount --bind "$dir/${1//\//.}" "/proc/sys/$1"
}
show vm/overcommit_memory 1
show vm/panic_on_oom 0
show kernel/panic 10
show kernel/panic_on_oops 1
show kernel/keys/root_maxkeys 1000000
show kernel/keys/root_maxbytes 25000000

# Mounts of volumes are handed on to and from the containers.
mount --make-rshared /

# Nobody writes to the pipe: the read ends with the process. No child that could be left behind.
mkfifo "$dir/hold"
exec 3<>"$dir/hold"
touch "$dir/held"
read -r -u 3 _
