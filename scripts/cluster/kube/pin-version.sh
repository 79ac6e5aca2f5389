#!/usr/bin/env bash
# pin-version.sh v1.X.Y: moves the cluster to another Kubernetes version by writing go.mod and go.sum anew.
#
# Kubernetes' own go.mod points at its staging folders, which exist only in its repository; here the same modules come
# under their published versions v0.X.Y. Third-party versions are those that Kubernetes was built with.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

version=${1:?usage: pin-version.sh v1.X.Y}
staging=v0.${version#v1.}

go mod download "k8s.io/kubernetes@$version"
upstream=$(go env GOMODCACHE)/k8s.io/kubernetes@$version/go.mod
{
  echo "module outrigger.dev/scripts/cluster/kube"
  echo
  grep -E '^(go|godebug) ' "$upstream"
  echo
  echo "require ("
  echo "	k8s.io/kubernetes $version"
  awk '/^require \(/ { inside = 1; next } /^\)/ { inside = 0 } inside' "$upstream" |
    sed -E "s#^(\s*k8s\.io/[a-z-]+) v0\.0\.0( |\$)#\1 $staging\2#"
  echo ")"
  echo
  echo "replace ("
  sed -n -E "s#^\s*(k8s\.io/[a-z-]+) => \./staging/src/.*#	\1 => \1 $staging#p" "$upstream"
  echo ")"
} >go.mod
rm -f go.sum
go list -mod=mod -deps . >/dev/null
