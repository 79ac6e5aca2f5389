#!/usr/bin/env bash
# Stops the API server and starts it again on the same port, as an upgrade of a control-plane node does; etcd and the
# controllers run on. Prints nothing to stdout. OUTRIGGER_DOWNTIME=SECONDS keeps it down for a while.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
source "$scripts_dir/processes.sh"
source "$scripts_dir/components.sh"
[ -e "$cluster_dir/ports.sh" ] || fail "there is no cluster in $cluster_dir"
# shellcheck source=/dev/null # written by up.sh
source "$cluster_dir/ports.sh"
kube=$("$scripts_dir/build.sh")

stop kube-apiserver 3
progress "kube-apiserver is down"
sleep "${OUTRIGGER_DOWNTIME:-0}"
start_apiserver
wait_for_apiserver
progress "kube-apiserver is ready again on $api_address:$api_port"
