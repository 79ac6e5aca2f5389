#!/usr/bin/env bash
# A throw-away certificate authority, certificates, the service-account key, and a kubeconfig for each client.
#
# The same set that kubeadm makes, with ECDSA keys: all of it takes well under a second, so it is made anew every time.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
# shellcheck source=/dev/null # written by up.sh
source "$cluster_dir/ports.sh"
server=https://$api_address:${api_port:?}
need openssl base64

mkdir -p "$pki_dir"
chmod 700 "$pki_dir"
cd "$pki_dir"

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }

authority() { # NAME COMMON_NAME
  key "$1"
  openssl req -x509 -new -key "$1.key" -subj "/CN=$2" -days 30 -out "$1.crt" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
}

certificate() { # NAME AUTHORITY SUBJECT serverAuth|clientAuth [ALTERNATIVE_NAMES]
  key "$1"
  {
    echo "keyUsage=critical,digitalSignature"
    echo "extendedKeyUsage=$4"
    if [ -n "${5:-}" ]; then echo "subjectAltName=$5"; fi
  } >extensions
  openssl req -new -key "$1.key" -subj "$3" |
    openssl x509 -req -CA "$2.crt" -CAkey "$2.key" -days 30 -set_serial "0x$(openssl rand -hex 8)" \
      -extfile extensions -out "$1.crt" 2>/dev/null
}

kubeconfig() { # NAME FILE
  install -m 600 /dev/null "$2"
  cat >"$2" <<YAML
apiVersion: v1
kind: Config
current-context: local
contexts: [{ name: local, context: { cluster: local, user: $1 } }]
clusters:
  - name: local
    cluster:
      server: $server
      certificate-authority-data: $(base64 -w0 ca.crt)
users:
  - name: $1
    user:
      client-certificate-data: $(base64 -w0 "$1.crt")
      client-key-data: $(base64 -w0 "$1.key")
YAML
}

authority ca kubernetes-ca
authority front-proxy-ca front-proxy-ca
key service-account
openssl ec -in service-account.key -pubout -out service-account.pub 2>/dev/null

api_names=DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc
api_names+=,DNS:kubernetes.default.svc.cluster.local,IP:127.0.0.1,IP:$api_address,IP:$kubernetes_service_ip
certificate apiserver ca /CN=kube-apiserver serverAuth "$api_names"
certificate front-proxy-client front-proxy-ca /CN=front-proxy-client clientAuth
certificate admin ca /O=system:masters/CN=admin clientAuth
certificate controller-manager ca /CN=system:kube-controller-manager clientAuth
if [ -n "$node" ]; then
  certificate scheduler ca /CN=system:kube-scheduler clientAuth
  certificate kube-proxy ca /CN=system:kube-proxy clientAuth
  certificate kubelet ca "/O=system:nodes/CN=system:node:$node" clientAuth
  certificate kubelet-server ca "/CN=$node" serverAuth "DNS:$node,IP:${node_ip:?}"
  certificate kubelet-client ca /O=system:masters/CN=kube-apiserver-kubelet-client clientAuth
fi
rm -f extensions

kubeconfig admin "$admin_kubeconfig"
kubeconfig controller-manager "$cluster_dir/controller-manager.kubeconfig"
if [ -n "$node" ]; then
  for name in scheduler kube-proxy kubelet; do kubeconfig $name "$cluster_dir/$name.kubeconfig"; done
fi
