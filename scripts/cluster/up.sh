#!/usr/bin/env bash
# up.sh [--node]: starts a cluster; prints the path of an administrator's kubeconfig.
#
# Without an argument etcd, kube-apiserver and kube-controller-manager on loopback: no root, no container runtime, no kernel
# feature. Nothing runs pods, and everything before that (admission, quota, controllers that make pods from templates) is a
# real cluster's. Ports are chosen anew, so that clusters do not clash.
#
# With --node (root, Linux) all of a cluster, and a node that runs pods, in namespaces of its own.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
source "$scripts_dir/processes.sh"
source "$scripts_dir/components.sh"
need openssl setsid nohup

case $* in
  '') with_node= ;;
  --node)
    with_node=yes
    source "$scripts_dir/node/up.sh"
    ;;
  *) fail "usage: up.sh [--node]" ;;
esac

kube=$("$scripts_dir/build.sh")
[ -z "$with_node" ] || prepare_node

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

choose_ports() {
  local ports
  ports=$("$kube" free-ports 4)
  {
    for name in api_port etcd_port etcd_peer_port controller_manager_port; do
      read -r port
      echo "$name=$port"
    done
  } <<<"$ports" >"$cluster_dir/ports.sh"
  # shellcheck source=/dev/null # written here
  source "$cluster_dir/ports.sh"
}

if [ -n "$with_node" ]; then make_node; else choose_ports; fi

"$scripts_dir/pki.sh"
progress "certificates"
start_etcd
start_apiserver
# Meanwhile, because it waits for nobody.
[ -z "$with_node" ] || start_containerd
wait_for_apiserver
progress "kube-apiserver is ready on $api_address:$api_port"

start_controller_manager
[ -z "$with_node" ] || start_node
# A pod cannot be created before its namespace has its service account: once the default one is there, the controllers run.
wait_until kube-controller-manager 60 "$kube" kubectl --kubeconfig "$admin_kubeconfig" -n default get serviceaccount default
progress "kube-controller-manager has made the default service account"
[ -z "$with_node" ] || start_dns
echo "$admin_kubeconfig"
