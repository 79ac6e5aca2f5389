#!/usr/bin/env bash
# build.sh suite|echo: builds the conformance suite, or the programs of its pods, unless the cache has them; prints the folder
# that holds them.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../../scripts/cluster/settings.sh"
need go sha256sum

what=${1:-}
case $what in
  suite)
    cd "$here"
    compile=(go test -c) output=suite packages=(.)
    ;;
  echo)
    # Istio's, which the Gateway API's own image has too. Nothing is added to them: they are all that this module is for.
    cd "$here/echo"
    compile=(go build) output='' packages=(istio.io/istio/pkg/test/echo/cmd/{server,client})
    ;;
  *) fail "usage: build.sh suite|echo" ;;
esac

shopt -s nullglob
toolchain=$(go env GOVERSION GOOS GOARCH)
inputs=$({
  cat go.mod go.sum ./*.go "$here/build.sh"
  echo "$toolchain"
} | sha256sum | cut -c1-16)
target=$cache_dir/conformance/$what-$inputs

if [ ! -d "$target" ]; then
  progress "building the conformance tests' $what (a minute or two, the first time only)"
  mkdir -p "$cache_dir/conformance"
  # Moved to its place when it is whole, so that a build that was stopped, or a second one, does no harm.
  unfinished=$(mktemp -d "$cache_dir/conformance/.$what.XXXXXX")
  trap 'rm -rf "$unfinished"' EXIT
  chmod 755 "$unfinished"
  CGO_ENABLED=0 nice "${compile[@]}" -mod=readonly -buildvcs=false -trimpath -ldflags '-s -w' \
    -o "$unfinished/$output" "${packages[@]}" </dev/null
  mv -T "$unfinished" "$target"
fi
echo "$target"
