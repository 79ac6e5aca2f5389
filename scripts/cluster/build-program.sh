#!/usr/bin/env bash
# build-program.sh FOLDER [PACKAGE]: builds the Go program in a folder beside this script, or another package at the version that the
# folder's go.mod pins, unless the cache has it; prints its path.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
need go sha256sum
name=${1:?usage: build-program.sh FOLDER [PACKAGE]}
package=${2:-.}

cd "$scripts_dir/$name"
toolchain=$(go env GOVERSION GOOS GOARCH)
inputs=$({
  cat ./* "$scripts_dir/build-program.sh"
  echo "$package"
  echo "$toolchain"
} | sha256sum | cut -c1-16)
target=$cache_dir/$name-$inputs

if [ ! -x "$target/$name" ]; then
  progress "building $name"
  mkdir -p "$target"
  # Moved to its place when it is whole, so that a build that was stopped, or a second one, does no harm.
  unfinished=$(mktemp "$target/.$name.XXXXXX")
  trap 'rm -f "$unfinished"' EXIT
  CGO_ENABLED=0 nice go build -mod=readonly -buildvcs=false -trimpath -ldflags '-s -w' -o "$unfinished" "$package" </dev/null
  chmod 755 "$unfinished"
  mv "$unfinished" "$target/$name"
fi
echo "$target/$name"
