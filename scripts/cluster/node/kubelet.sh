# shellcheck shell=bash disable=SC2154 # what is not set here comes from settings.sh, addresses.sh and containerd.sh.
# Sourced: the kubelet.

write_kubelet_configuration() {
  mkdir -p "$cluster_dir/kubelet" "$cluster_dir/static-pods"
  # The node's own DNS servers, which CoreDNS would ask for names outside of the cluster: none.
  : >"$cluster_dir/kubelet/resolv.conf"
  # Nothing is evicted and no image deleted before the machine's disk is full: a busy disk is not what the tests are about.
  cat >"$cluster_dir/kubelet/config.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $node_ip
healthzBindAddress: 127.0.0.1
authentication:
  anonymous: { enabled: false }
  webhook: { enabled: true }
  x509: { clientCAFile: $pki_dir/ca.crt }
authorization: { mode: Webhook }
tlsCertFile: $pki_dir/kubelet-server.crt
tlsPrivateKeyFile: $pki_dir/kubelet-server.key
containerRuntimeEndpoint: unix://$containerd_socket
cgroupDriver: cgroupfs
cgroupRoot: /$node
failCgroupV1: false
failSwapOn: false
enforceNodeAllocatable: [pods]
clusterDNS: [$dns_service_ip]
clusterDomain: cluster.local
resolvConf: $cluster_dir/kubelet/resolv.conf
staticPodPath: $cluster_dir/static-pods
volumePluginDir: $cluster_dir/kubelet/plugins
imageGCHighThresholdPercent: 100
evictionHard: { memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%, nodefs.inodesFree: 1% }
serializeImagePulls: false
YAML
}

start_kubelet() {
  write_kubelet_configuration
  start kubelet "$kube" kubelet --config="$cluster_dir/kubelet/config.yaml" --root-dir="$cluster_dir/kubelet/root" \
    --kubeconfig="$cluster_dir/kubelet.kubeconfig" --hostname-override="$node" \
    --node-ip="$node_ip${node_ip6:+,$node_ip6}" --node-labels=topology.kubernetes.io/zone=zone-a
}
