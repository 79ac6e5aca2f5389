#!/usr/bin/env bash
# Starts etcd, kube-apiserver and kube-controller-manager on loopback; prints the path of an administrator's kubeconfig.
#
# No root, no container runtime, no kernel feature: nothing runs pods, and everything before that (admission, quota,
# controllers that make pods from templates) is a real cluster's. Ports are chosen anew, so that clusters do not clash.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
source "$scripts_dir/processes.sh"
source "$scripts_dir/components.sh"
need openssl setsid nohup

kube=$("$scripts_dir/build.sh")

if [ -e "$cluster_dir/ports.sh" ]; then
  fail "there is a cluster in $cluster_dir already; stop it with down.sh"
fi
mkdir -p "$cluster_dir" "$log_dir" "$pid_dir"
chmod 700 "$cluster_dir"
# A cluster that did not come up is taken down again; its logs are shown above, where it failed.
take_down_unless_up() {
  [ "$1" = 0 ] || "$scripts_dir/down.sh"
  exit "$1"
}
trap 'take_down_unless_up $?' EXIT
trap 'exit 130' INT TERM

ports=$("$kube" free-ports 4)
{
  for name in api_port etcd_port etcd_peer_port controller_manager_port; do
    read -r port
    echo "$name=$port"
  done
} <<<"$ports" >"$cluster_dir/ports.sh"
# shellcheck source=/dev/null # written by up.sh
source "$cluster_dir/ports.sh"

"$scripts_dir/pki.sh"
progress "certificates"
start_etcd
start_apiserver
wait_for_apiserver
progress "kube-apiserver is ready on 127.0.0.1:$api_port"

start_controller_manager
# A pod cannot be created before its namespace has its service account: once the default one is there, the controllers run.
wait_until kube-controller-manager 60 "$kube" kubectl --kubeconfig "$admin_kubeconfig" -n default get serviceaccount default
progress "kube-controller-manager has made the default service account"
echo "$admin_kubeconfig"
