#!/usr/bin/env bash
# Builds both images with whichever builder the machine has. IMAGE_REGISTRY names where they belong, e.g. ghcr.io/outrigger-dev.
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
echo "image: no working docker, podman or buildah; install one of them, or start its engine" >&2
exit 1
