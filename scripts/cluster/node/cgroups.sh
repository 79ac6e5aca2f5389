# shellcheck shell=bash disable=SC2154 # $node and $cluster_dir come from the scripts that source this.
# Sourced: the node's cgroup, named after the node. Everything that the node runs is in it, the pods too, and that is how
# down.sh finds the last of its processes. Both versions of cgroups: one hierarchy, or one for each controller.

# The roots of all hierarchies.
cgroup_roots() { awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/self/mounts; }

# The one by which processes are followed. A pod's containers are in all of them.
followed_root() {
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then echo /sys/fs/cgroup; else echo /sys/fs/cgroup/pids; fi
}

# All of a node's pods together would otherwise get as much CPU as one other process of a busy machine: probes fail then
# that never would on a node by itself. What the kernel gives to ten processes; in the words of version 1 and of version 2.
weigh_node() {
  local file
  for file in cpu.shares=10240 cpu.weight=1000; do
    if [ -e "$1/${file%=*}" ]; then echo "${file#*=}" >"$1/${file%=*}"; fi
  done
}

make_node_cgroup() {
  local root
  hand_controllers_down
  for root in $(cgroup_roots); do
    mkdir -p "$root/$node/system"
    weigh_node "$root/$node"
    # Version 1 starts a cpuset empty, and nothing can run in an empty one.
    if [ -e "$root/$node/cpuset.cpus" ] && [ -e "$root/cgroup.clone_children" ]; then
      for file in cpuset.cpus cpuset.mems; do
        cat "$root/$file" >"$root/$node/$file"
        cat "$root/$file" >"$root/$node/system/$file"
      done
    fi
  done
}

# Version 2 hands a controller down only where it is told to; what was not handed down before is noted, to be taken back.
hand_controllers_down() {
  local root=/sys/fs/cgroup controller controllers
  [ -e "$root/cgroup.controllers" ] || return 0
  read -ra controllers <"$root/cgroup.controllers"
  for controller in "${controllers[@]}"; do
    grep -qw "$controller" "$root/cgroup.subtree_control" && continue
    if echo "+$controller" >"$root/cgroup.subtree_control"; then echo "$controller" >>"$cluster_dir/controllers"; fi
  done 2>/dev/null
}

take_controllers_back() {
  [ -e "$cluster_dir/controllers" ] || return 0
  # One that somebody else uses by now stays.
  while read -r controller; do
    echo "-$controller" >/sys/fs/cgroup/cgroup.subtree_control || true
  done <"$cluster_dir/controllers" 2>/dev/null
}

# join_node_cgroup PID: makes a process one of the node's, and with it what it starts from then on.
join_node_cgroup() { echo "$1" >"$(followed_root)/$node/system/cgroup.procs"; }

node_processes() { find "$(followed_root)/$node" -name cgroup.procs -exec cat {} + 2>/dev/null || true; }

# Ends whatever is left, pods included. Without asking: nothing of a cluster that is deleted needs an orderly end.
kill_node_processes() {
  local deadline=$((SECONDS + 20)) pids
  while pids=$(node_processes) && [ -n "$pids" ]; do
    # shellcheck disable=SC2086 # several words.
    kill -9 $pids 2>/dev/null || true
    [ $SECONDS -lt $deadline ] || fail "still running in the node: $pids"
    sleep 0.05
  done
}

remove_node_cgroup() {
  local root
  for root in $(cgroup_roots); do
    [ ! -d "$root/$node" ] || find "$root/$node" -depth -type d -exec rmdir {} +
  done
  take_controllers_back
}
