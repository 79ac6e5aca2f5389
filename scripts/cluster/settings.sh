# shellcheck shell=bash disable=SC2034 # what is set here is used by the scripts that source it.
# Sourced by the other scripts: where things are. Both folders can be moved by the environment, so that two clusters can
# run side by side (each with its own OUTRIGGER_CLUSTER_DIR).

# The scripts' own folder, and the one of this cluster: its state, certificates, logs, process ids. Nothing of it is
# worth keeping; down.sh deletes it.
scripts_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cluster_dir=${OUTRIGGER_CLUSTER_DIR:-$(cd "$scripts_dir/../.." && pwd)/build/cluster}
pki_dir=$cluster_dir/pki
log_dir=$cluster_dir/log
pid_dir=$cluster_dir/pids

# The binary lives outside the clone: it depends only on what is hashed into its path, and takes minutes to build.
cache_dir=${XDG_CACHE_HOME:-$HOME/.cache}/outrigger

admin_kubeconfig=$cluster_dir/admin.kubeconfig
service_cidr=10.96.0.0/16
service_cidr6=
kubernetes_service_ip=10.96.0.1

# Where the API server listens, and the name of the cluster's node; the node's addresses take the place of these (see
# node/addresses.sh). Without a node nothing needs more than loopback.
api_address=127.0.0.1
node=

# One line of progress: seconds since the script began, and what has just been reached. On stderr, because stdout is for
# results (a path) that a caller captures.
progress() { printf '%4ds  %s\n' "$SECONDS" "$*" >&2; }

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# need COMMAND...: a missing tool is named before anything else happens.
need() {
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null || fail "needs '$tool', which is not on PATH"
  done
}
