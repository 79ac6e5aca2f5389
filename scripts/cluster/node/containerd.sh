# shellcheck shell=bash disable=SC2154 # what is not set here comes from settings.sh and addresses.sh.
# Sourced: containerd with a configuration of its own, so that one that the machine runs is not touched.

containerd_socket=$cluster_dir/containerd/containerd.sock

write_cni_configuration() {
  local second_range='' second_route=''
  if [ -n "$pod_cidr6" ]; then
    second_range=", [{ \"subnet\": \"$pod_cidr6\", \"gateway\": \"$pod_gateway6\" }]"
    second_route=', { "dst": "::/0" }'
  fi
  mkdir -p "$cluster_dir/cni"
  cat >"$cluster_dir/cni/10-pods.conflist" <<JSON
{
  "cniVersion": "1.0.0",
  "name": "pods",
  "plugins": [
    {
      "type": "bridge", "bridge": "$bridge", "isGateway": true, "ipMasq": false, "hairpinMode": true,
      "ipam": {
        "type": "host-local", "dataDir": "$cluster_dir/cni/addresses",
        "ranges": [[{ "subnet": "$pod_cidr", "gateway": "$pod_gateway" }]$second_range],
        "routes": [{ "dst": "0.0.0.0/0" }$second_route]
      }
    },
    { "type": "portmap", "capabilities": { "portMappings": true } }
  ]
}
JSON
}

write_containerd_configuration() {
  mkdir -p "$cluster_dir/containerd"
  # restrict_oom_score_adj: without CAP_SYS_RESOURCE, as in many containers and sandboxes, a score can't be lowered, and
  # the first process of a pod wants -998. The plugins that are switched off look for devices and collectors.
  cat >"$cluster_dir/containerd/config.toml" <<TOML
version = 2
root = "$cluster_dir/containerd/root"
state = "$cluster_dir/containerd/state"
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs",
  "io.containerd.internal.v1.tracing",
  "io.containerd.tracing.processor.v1.otlp",
]

[grpc]
  address = "$containerd_socket"

[ttrpc]
  address = "$containerd_socket.ttrpc"

[plugins."io.containerd.internal.v1.opt"]
  path = "$cluster_dir/containerd/opt"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "outrigger.test/pause:1"
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  disable_apparmor = true
  restrict_oom_score_adj = true

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$cluster_dir/cni"

  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"

      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
TOML
}

start_containerd() {
  write_cni_configuration
  write_containerd_configuration
  start containerd containerd --config "$cluster_dir/containerd/config.toml" --log-level warn
}

wait_for_containerd() {
  wait_until containerd 60 "$scripts_dir/in-node.sh" ctr --address "$containerd_socket" version
}
