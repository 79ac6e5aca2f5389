#!/usr/bin/env bash
# Stops what up.sh started, by process id, and deletes this cluster's state. The binaries and images stay in their cache.
#
# OUTRIGGER_KEEP_LOGS=DIR copies the components' logs and the audit log there first.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
source "$scripts_dir/processes.sh"
source "$scripts_dir/node/cgroups.sh"
# shellcheck source=/dev/null # written by up.sh
if [ -e "$cluster_dir/ports.sh" ]; then source "$cluster_dir/ports.sh"; fi

if [ -n "${OUTRIGGER_KEEP_LOGS:-}" ] && [ -d "$log_dir" ]; then
  mkdir -p "$OUTRIGGER_KEEP_LOGS"
  cp "$log_dir"/* "$OUTRIGGER_KEEP_LOGS"/
fi

if [ -n "$node" ]; then
  # All at once: with the last process the node's namespaces go, and with these its mounts, devices, rules and sysctls.
  kill_node_processes
  remove_node_cgroup
  ip link delete "$node" 2>/dev/null || true
  rm -f "$pid_dir"/*.pid
fi
stop node
stop kube-controller-manager
# The API server waits for open watches to end, up to a minute; nobody needs that here.
stop kube-apiserver 3
stop etcd
rm -rf "$cluster_dir"
progress "the cluster in $cluster_dir is down"
