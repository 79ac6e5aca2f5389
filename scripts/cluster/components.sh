# shellcheck shell=bash disable=SC2154 # what is not set here comes from settings.sh, ports.sh and the caller.
# Sourced: the command line of each component. Close to what kubeadm writes, so that admission behaves like a stock
# cluster's; what differs has its reason beside it. $kube is the binary.

start_etcd() {
  # Nothing here must survive the machine, and fsync is most of etcd's time.
  start etcd "$kube" etcd --name local --data-dir "$cluster_dir/etcd" --unsafe-no-fsync --log-level warn \
    --listen-client-urls "http://127.0.0.1:$etcd_port" --advertise-client-urls "http://127.0.0.1:$etcd_port" \
    --listen-peer-urls "http://127.0.0.1:$etcd_peer_port" \
    --initial-advertise-peer-urls "http://127.0.0.1:$etcd_peer_port" \
    --initial-cluster "local=http://127.0.0.1:$etcd_peer_port"
}

start_apiserver() {
  local listen=(--bind-address="$api_address" --secure-port="$api_port")
  if [ -z "$node" ]; then
    # The advertised address goes nowhere (no endpoint is published), but must be given where the machine has no default
    # route to guess it from; this one is reserved for documentation (RFC 5737).
    listen+=(--advertise-address=192.0.2.1 --endpoint-reconciler-type=none)
  else
    listen+=(--advertise-address="$api_address" --kubelet-preferred-address-types=InternalIP
      --kubelet-certificate-authority="$pki_dir/ca.crt"
      --kubelet-client-certificate="$pki_dir/kubelet-client.crt" --kubelet-client-key="$pki_dir/kubelet-client.key")
  fi
  local certificates=(--tls-cert-file="$pki_dir/apiserver.crt" --tls-private-key-file="$pki_dir/apiserver.key"
    --client-ca-file="$pki_dir/ca.crt")
  local service_accounts=(--service-account-issuer=https://kubernetes.default.svc.cluster.local
    --service-account-key-file="$pki_dir/service-account.pub"
    --service-account-signing-key-file="$pki_dir/service-account.key")
  local aggregation=(--requestheader-client-ca-file="$pki_dir/front-proxy-ca.crt"
    --requestheader-allowed-names=front-proxy-client
    --requestheader-username-headers=X-Remote-User --requestheader-group-headers=X-Remote-Group
    --requestheader-extra-headers-prefix=X-Remote-Extra-
    --proxy-client-cert-file="$pki_dir/front-proxy-client.crt"
    --proxy-client-key-file="$pki_dir/front-proxy-client.key")
  # Every other admission plugin is as by default: the webhooks, ValidatingAdmissionPolicy, PodSecurity, LimitRanger,
  # ResourceQuota, ServiceAccount.
  # shellcheck disable=SC2054 # the comma belongs to the flag.
  local admission=(--authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged=true)
  # What a webhook notes about a request (audit annotations) can be read nowhere else.
  local audit=(--audit-policy-file="$scripts_dir/audit-policy.yaml" --audit-log-path="$log_dir/audit.log")
  # shellcheck disable=SC2086 # APISERVER_FLAGS holds several words.
  start kube-apiserver "$kube" kube-apiserver --etcd-servers="http://127.0.0.1:$etcd_port" \
    --service-cluster-ip-range="$service_cidr${service_cidr6:+,$service_cidr6}" "${listen[@]}" "${certificates[@]}" \
    "${service_accounts[@]}" "${aggregation[@]}" "${admission[@]}" "${audit[@]}" ${APISERVER_FLAGS:-}
}

start_controller_manager() {
  local kubeconfig=$cluster_dir/controller-manager.kubeconfig
  # Without leader election: there is only one, and it need not wait for a predecessor's lease to run out.
  start kube-controller-manager "$kube" kube-controller-manager --kubeconfig="$kubeconfig" \
    --authentication-kubeconfig="$kubeconfig" --authorization-kubeconfig="$kubeconfig" \
    --bind-address=127.0.0.1 --secure-port="$controller_manager_port" --leader-elect=false \
    --use-service-account-credentials=true --service-account-private-key-file="$pki_dir/service-account.key" \
    --root-ca-file="$pki_dir/ca.crt" \
    --cluster-signing-cert-file="$pki_dir/ca.crt" --cluster-signing-key-file="$pki_dir/ca.key"
}

start_scheduler() {
  local kubeconfig=$cluster_dir/scheduler.kubeconfig
  start kube-scheduler "$kube" kube-scheduler --kubeconfig="$kubeconfig" --authentication-kubeconfig="$kubeconfig" \
    --authorization-kubeconfig="$kubeconfig" --bind-address=127.0.0.1 --leader-elect=false
}

wait_for_apiserver() {
  wait_until kube-apiserver 120 "$kube" kubectl --kubeconfig "$admin_kubeconfig" get --raw /readyz
}
