# shellcheck shell=bash disable=SC2154 # what is not set here comes from settings.sh and addresses.sh.
# Sourced: kube-proxy, with nf_tables or, by OUTRIGGER_PROXY_MODE=iptables, with iptables.

start_kube_proxy() {
  # conntrack: the size of the connection table is the machine's; it stays.
  cat >"$cluster_dir/kube-proxy.yaml" <<YAML
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: ${OUTRIGGER_PROXY_MODE:-nftables}
bindAddress: $node_ip
healthzBindAddress: 127.0.0.1:10256
metricsBindAddress: 127.0.0.1:10249
clusterCIDR: $pod_cidr${pod_cidr6:+,$pod_cidr6}
hostnameOverride: $node
clientConnection: { kubeconfig: $cluster_dir/kube-proxy.kubeconfig }
conntrack: { maxPerCore: 0 }
nodePortAddresses: [$node_ip/32${node_ip6:+, "$node_ip6/128"}]
YAML
  start kube-proxy "$kube" kube-proxy --config="$cluster_dir/kube-proxy.yaml"
}
