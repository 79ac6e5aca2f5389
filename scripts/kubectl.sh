#!/usr/bin/env bash
# kubectl.sh ARGUMENTS...: the kubectl of the version that this project pins, built if it has to be. KUBECTL overrides it.
#
# One version for everybody, because rendered manifests and printed messages are compared byte by byte.
set -euo pipefail
kubectl=${KUBECTL:-}
if [ -z "$kubectl" ]; then
  kubectl=$(dirname "$("$(dirname "${BASH_SOURCE[0]}")/cluster/build.sh")")/kubectl
fi
exec "$kubectl" "$@"
