# shellcheck shell=bash disable=SC2154 # what is not set here comes from settings.sh and addresses.sh.
# Sourced by ../up.sh: the steps of bringing a node up. What they make in the node's namespaces, its cgroup and the folder
# of the cluster goes with these; nothing else on the machine is changed, but for the cable and two routes to it.
source "$scripts_dir/node/cgroups.sh"
source "$scripts_dir/node/network.sh"
source "$scripts_dir/node/containerd.sh"
source "$scripts_dir/node/kubelet.sh"
source "$scripts_dir/node/kube-proxy.sh"

# What takes long the first time, before there is anything to take down.
prepare_node() {
  [ "$(id -u)" = 0 ] || fail "a node needs root: namespaces, mounts, cgroups"
  case $cluster_dir/ in
    /var/lib/* | /var/log/* | /run/*) fail "the node covers $cluster_dir with its own; set OUTRIGGER_CLUSTER_DIR" ;;
  esac
  "$scripts_dir/packages.sh"
  node_images=$("$scripts_dir/../images/build.sh" pause coredns)
}

# The empty node: namespaces, addresses, network, cgroup.
make_node() {
  start node unshare --mount --propagation slave --net "$scripts_dir/node/hold.sh" "$cluster_dir/"
  wait_until node 10 test -e "$cluster_dir/node/held"
  connect_node
  {
    echo "node_index=$node_index"
    echo "source \"$scripts_dir/node/addresses.sh\""
  } >"$cluster_dir/ports.sh"
  # shellcheck source=/dev/null # written here
  source "$cluster_dir/ports.sh"
  make_node_cgroup
  join_node_cgroup "$(cat "$pid_dir/node.pid")"
  configure_network
}

# Everything that runs pods.
start_node() {
  start_scheduler
  start_kubelet
  start_kube_proxy
  wait_for_containerd
  # shellcheck disable=SC2086 # one path a line.
  "$scripts_dir/import-images.sh" $node_images
  wait_until kubelet 120 "$kube" kubectl --kubeconfig "$admin_kubeconfig" \
    wait --for=condition=Ready "node/$node" --timeout=60s
  progress "$node is ready"
}

start_dns() {
  local kubectl=("$kube" kubectl --kubeconfig "$admin_kubeconfig")
  sed "s/DNS_SERVICE_IP/$dns_service_ip/" "$scripts_dir/node/coredns.yaml" | "${kubectl[@]}" apply -f - >/dev/null
  "${kubectl[@]}" -n kube-system rollout status deployment/coredns --timeout=120s >/dev/null
  progress "CoreDNS is ready"
}
