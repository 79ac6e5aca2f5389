#!/usr/bin/env bash
# import-images.sh ARCHIVE...: gives the node images, so that pods with `imagePullPolicy: IfNotPresent` find them.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
# shellcheck source=/dev/null # written by up.sh
source "$cluster_dir/ports.sh"
source "$scripts_dir/node/containerd.sh"

for archive in "$@"; do
  "$scripts_dir/in-node.sh" ctr --address "$containerd_socket" --namespace k8s.io images import "$archive" >&2
done
