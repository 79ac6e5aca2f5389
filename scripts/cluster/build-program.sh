#!/usr/bin/env bash
# build-program.sh FOLDER: builds the Go program in a folder beside this script, unless the cache has it; prints its path.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
need go sha256sum
name=${1:?usage: build-program.sh FOLDER}

cd "$scripts_dir/$name"
toolchain=$(go env GOVERSION GOOS GOARCH)
inputs=$({
  cat ./go.* ./*.go "$scripts_dir/build-program.sh"
  echo "$toolchain"
} | sha256sum | cut -c1-16)
target=$cache_dir/$name-$inputs

if [ ! -x "$target/$name" ]; then
  progress "building $name"
  mkdir -p "$target"
  # Moved to its place when it is whole, so that a build that was stopped, or a second one, does no harm.
  unfinished=$(mktemp "$target/.$name.XXXXXX")
  trap 'rm -f "$unfinished"' EXIT
  CGO_ENABLED=0 nice go build -mod=readonly -buildvcs=false -trimpath -ldflags '-s -w' -o "$unfinished" . </dev/null
  chmod 755 "$unfinished"
  mv "$unfinished" "$target/$name"
fi
echo "$target/$name"
