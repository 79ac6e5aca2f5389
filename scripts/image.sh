#!/usr/bin/env bash
# Builds both images: with docker, podman or buildah where one works, else as archives in the cache, without any of them.
# IMAGE_REGISTRY names where a builder's images belong (ghcr.io/outrigger-dev).
set -euo pipefail
cd "$(dirname "$0")/.."

registry=${IMAGE_REGISTRY:-ghcr.io/outrigger-dev}
version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' package.json)

for builder in docker podman buildah; do
  if command -v "$builder" >/dev/null 2>&1 && "$builder" info >/dev/null 2>&1; then
    "$builder" build --tag "$registry/outrigger:$version" .
    "$builder" build --file images/init/Dockerfile --tag "$registry/outrigger-init:$version" .
    exit 0
  fi
done
echo "image: no working docker, podman or buildah; making archives for \`ctr images import\` or \`docker load\`" >&2
exec scripts/images/build.sh outrigger outrigger-init
