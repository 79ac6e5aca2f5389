#!/usr/bin/env bash
# build.sh [NAME...]: makes the images of those names (recipes/NAME.sh), or all; prints the path of each archive.
#
# For a local cluster, without Docker and without a registry: files of this machine packed as image archives, under the
# references that the manifests and the injector use. Users' images are made from the Dockerfiles. The same inputs give the
# same bytes; archives are kept in the cache under a hash of their inputs.
set -euo pipefail
images_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$images_dir/../.." && pwd)
source "$root/scripts/cluster/settings.sh"
source "$images_dir/root.sh"
source "$images_dir/debian.sh"
source "$images_dir/layer.sh"
source "$images_dir/archive.sh"
source "$images_dir/shared-layers.sh"
need tar sha256sum ldd
umask 022
"$root/scripts/cluster/packages.sh"

cached_images=$cache_dir/images
mkdir -p "$cached_images"
# shellcheck disable=SC2034 # recipes use it.
version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' "$root/package.json")

if [ $# = 0 ]; then
  for recipe in "$images_dir"/recipes/*.sh; do set -- "$@" "$(basename "$recipe" .sh)"; done
fi
for name in "$@"; do
  [ -e "$images_dir/recipes/$name.sh" ] || fail "there is no recipe for '$name' in $images_dir/recipes"
  # A recipe ends by calling `image`. In a shell of its own, because recipes use the same names.
  archive=$(
    set -euo pipefail
    # shellcheck source=/dev/null
    source "$images_dir/recipes/$name.sh"
  )
  progress "$(printf '%-15s %4d MB  %s' "$name" $(($(stat -L -c %s "$archive") / 1000000)) "$archive")"
  echo "$archive"
done
