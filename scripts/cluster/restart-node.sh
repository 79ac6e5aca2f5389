#!/usr/bin/env bash
# Restarts the node as a power cut does: kubelet, kube-proxy, containerd and every container end at once, unasked, and what
# a machine forgets with its memory goes with them; then the three are started again and bring the pods back. etcd, the API
# server and the controllers run on, as on machines of their own. Prints nothing to stdout. OUTRIGGER_DOWNTIME=SECONDS keeps
# it down for a while.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
source "$scripts_dir/processes.sh"
source "$scripts_dir/node/cgroups.sh"
source "$scripts_dir/node/containerd.sh"
source "$scripts_dir/node/kubelet.sh"
source "$scripts_dir/node/kube-proxy.sh"
[ -e "$pid_dir/node.pid" ] || fail "the cluster in $cluster_dir has no node"
# shellcheck source=/dev/null # written by up.sh
source "$cluster_dir/ports.sh"
kube=$("$scripts_dir/build.sh")

# Whatever runs in the node but for those that run on.
processes_of_machine() {
  local spared
  spared=$(cd "$pid_dir" && cat node.pid etcd.pid kube-apiserver.pid kube-controller-manager.pid kube-scheduler.pid)
  node_processes | grep -vxF "$spared" || true
}

cut_power() {
  local deadline=$((SECONDS + 20)) pids
  while pids=$(processes_of_machine) && [ -n "$pids" ]; do
    # shellcheck disable=SC2086 # several words.
    kill -9 $pids 2>/dev/null || true
    [ $SECONDS -lt $deadline ] || fail "still running in the node: $pids"
    sleep 0.05
  done
}

# Mounts of containers and volumes, network namespaces with what is in them, sockets, and rules.
forget_memory() {
  "$scripts_dir/in-node.sh" sh -euc "
    cut -d ' ' -f 5 /proc/self/mountinfo | grep -E '^(/run/netns|$cluster_dir/(containerd/state|kubelet/root))/' |
      sort -r | while read -r place; do umount -l \"\$place\"; done
    rm -rf /run/netns /run/containerd $cluster_dir/containerd/state
    nft flush ruleset"
}

kubelet_answers() { "$kube" kubectl --kubeconfig "$admin_kubeconfig" get --raw "/api/v1/nodes/$node/proxy/healthz"; }

cut_power
forget_memory
progress "$node is down"
sleep "${OUTRIGGER_DOWNTIME:-0}"
start_containerd
wait_for_containerd
start_kubelet
start_kube_proxy
wait_until kubelet 120 kubelet_answers
progress "$node is up again"
