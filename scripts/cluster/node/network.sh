# shellcheck shell=bash disable=SC2154 # $node_index and the folders come from the scripts that source this.
# Sourced: the node's network. A cable joins the machine and the node, and a bridge in the node joins its pods. The node
# has no default route: nothing in the cluster can reach beyond the machine.

# connect_node: chooses the node's index. Making the cable is what reserves it, so that clusters that start at the same
# moment do not choose the same one.
connect_node() {
  local pid
  pid=$(cat "$pid_dir/node.pid")
  for node_index in {0..63}; do
    [ ! -e "/sys/class/net/outrigger$node_index" ] || continue
    if ip link add "outrigger$node_index" type veth peer name eth0 netns "$pid" 2>/dev/null; then return; fi
  done
  fail "no veth device can be made, or there are 64 of them already: ip link show type veth"
}

configure_network() {
  ip address add "$host_ip/24" dev "$node"
  ip link set "$node" up
  "$scripts_dir/in-node.sh" sh -euc "
    ip link set lo up
    ip address add $node_ip/24 dev eth0
    ip link set eth0 up
    ip link add $bridge type bridge
    ip address add $pod_gateway/24 dev $bridge
    ip link set $bridge up
    # For processes of the node, like the API server that calls a webhook: connect() wants a route before the address of
    # the Service is translated to a pod's.
    ip route add $service_cidr dev $bridge
    echo 1 >/proc/sys/net/ipv4/ip_forward"
  # From the machine to pods and Services.
  ip route add "$pod_cidr" via "$node_ip"
  ip route add "$service_cidr" via "$node_ip"
  [ -z "$node_ip6" ] || configure_network6
}

# The same in IPv6. nodad: addresses are used at once, and nobody else could have them.
configure_network6() {
  ip address add "$host_ip6/64" dev "$node" nodad
  "$scripts_dir/in-node.sh" sh -euc "
    ip address add $node_ip6/64 dev eth0 nodad
    ip address add $pod_gateway6/64 dev $bridge nodad
    ip route add $service_cidr6 dev $bridge
    echo 1 >/proc/sys/net/ipv6/conf/all/forwarding"
  ip route add "$pod_cidr6" via "$node_ip6"
  ip route add "$service_cidr6" via "$node_ip6"
}
