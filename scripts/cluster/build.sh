#!/usr/bin/env bash
# Builds etcd, the Kubernetes components and kubectl from Go modules, unless the cache has them; prints the binary's path.
#
# Nothing but the Go toolchain is needed. The first build downloads the modules and takes 5 to 10 minutes on two cores;
# afterwards the same inputs give the same path at once.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
need go sha256sum

cd "$scripts_dir/kube"
toolchain=$(go env GOVERSION GOOS GOARCH)
inputs=$({
  cat go.mod go.sum ./*.go "$scripts_dir/build.sh"
  echo "$toolchain"
} | sha256sum | cut -c1-16)
target=$cache_dir/$inputs

if [ ! -x "$target/kube" ]; then
  progress "building Kubernetes from source (minutes, the first time only)"
  mkdir -p "$target"
  version=$(awk '$1 == "k8s.io/kubernetes" { print $2 }' go.mod)
  number=${version#v}
  major=${number%%.*}
  minor=${number#*.}
  minor=${minor%%.*}

  # The components report this version, and compare it with each other's.
  stamp="-s -w"
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    stamp+=" -X $package.gitVersion=$version -X $package.gitMajor=$major -X $package.gitMinor=$minor"
    stamp+=" -X $package.gitTreeState=clean"
  done

  # Built beside its place and moved there, so that a build that was stopped, or a second one, does no harm.
  unfinished=$(mktemp "$target/.kube.XXXXXX")
  trap 'rm -f "$unfinished"' EXIT
  CGO_ENABLED=0 nice go build -mod=readonly -buildvcs=false -trimpath -ldflags "$stamp" -o "$unfinished" . </dev/null
  chmod 755 "$unfinished"
  # Under its own name kubectl is what its messages call it.
  ln -sf kube "$target/kubectl"
  mv "$unfinished" "$target/kube"
  progress "built $version"
fi
echo "$target/kube"
