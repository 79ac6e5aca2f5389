#!/usr/bin/env bash
# in-node.sh COMMAND...: becomes a command inside the node, in its network, its mounts and its cgroup, as if logged in there.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
[ -e "$pid_dir/node.pid" ] || fail "the cluster in $cluster_dir has no node"
# shellcheck source=/dev/null # written by up.sh
source "$cluster_dir/ports.sh"
source "$scripts_dir/node/cgroups.sh"

join_node_cgroup $$
exec nsenter --target "$(cat "$pid_dir/node.pid")" --mount --net -- "$@"
