# shellcheck shell=bash disable=SC2034 # what is set here is used by the scripts that source it.
# Sourced with $node_index set: the addresses of a node. Clusters that run side by side differ in the index, so that the
# machine can reach the pods and Services of each.

# Names the node, its cgroup, and the machine's end of the cable.
node=outrigger${node_index:?}
# The cable: 198.18.0.0/15 is set aside for test networks (RFC 2544).
host_ip=198.18.$node_index.1
node_ip=198.18.$node_index.2
pod_cidr=10.244.$node_index.0/24
pod_gateway=10.244.$node_index.1
# Wide enough for ten thousand Services; 64 of these make 10.112.0.0/12.
service_net=10.$((112 + node_index / 4)).$((node_index % 4 * 64))
service_cidr=$service_net.0/18
kubernetes_service_ip=$service_net.1
dns_service_ip=$service_net.10
bridge=pods
# The same in IPv6, as the second family of everything (RFC 4193: local addresses); none where the kernel has no IPv6.
node_ip6=
pod_cidr6=
service_cidr6=
if [ -e /proc/net/if_inet6 ]; then
  host_ip6=fd6f:7574:$node_index:1::1
  node_ip6=fd6f:7574:$node_index:1::2
  pod_cidr6=fd6f:7574:$node_index:2::/64
  pod_gateway6=fd6f:7574:$node_index:2::1
  service_cidr6=fd6f:7574:$node_index:3::/112
fi

# In a network of its own nobody else has these ports.
api_address=$node_ip
api_port=6443
etcd_port=2379
etcd_peer_port=2380
controller_manager_port=10257
