#!/usr/bin/env bash
# Stops what up.sh started, by process id, and deletes this cluster's state. The binary stays in its cache.
#
# OUTRIGGER_KEEP_LOGS=DIR copies the components' logs and the audit log there first.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
source "$scripts_dir/processes.sh"

if [ -n "${OUTRIGGER_KEEP_LOGS:-}" ] && [ -d "$log_dir" ]; then
  mkdir -p "$OUTRIGGER_KEEP_LOGS"
  cp "$log_dir"/* "$OUTRIGGER_KEEP_LOGS"/
fi

stop kube-controller-manager
# The API server waits for open watches to end, up to a minute; nobody needs that here.
stop kube-apiserver 3
stop etcd
rm -rf "$cluster_dir"
progress "the cluster in $cluster_dir is down"
