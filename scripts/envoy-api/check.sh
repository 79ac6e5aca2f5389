#!/usr/bin/env bash
# Whether the committed descriptors are those that their source gives.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
committed=$here/../../src/envoy-api/envoy-api.binpb
fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT

cd "$here"
go run . "$fresh" > /dev/null
if ! cmp --silent "$fresh" "$committed"; then
  echo "src/envoy-api/envoy-api.binpb is not what scripts/envoy-api makes: run make envoy-api and commit it" >&2
  exit 1
fi
echo "envoy-api.binpb: as its source gives it"
