#!/usr/bin/env bash
# Installs what a cluster with a node needs of Debian: the container runtime, its network plugins, and what goes into the
# images. Does nothing where everything is there, whoever put it there (Docker's own containerd serves as well).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

missing=()
# require PACKAGE COMMAND...: where the command fails, the package is missing.
require() {
  local package=$1
  shift
  "$@" >/dev/null 2>&1 || missing+=("$package")
}

# Containers are given the file alone, without the libraries that a plain busybox needs.
static_busybox() { [ -x /bin/busybox ] && ! ldd /bin/busybox; }

require containerd command -v containerd
require runc command -v runc
require containernetworking-plugins test -x /usr/lib/cni/bridge
require busybox-static static_busybox
require iptables command -v xtables-nft-multi
require nftables command -v nft
require iproute2 command -v ip
require util-linux command -v nsenter
[ ${#missing[@]} = 0 ] && exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  fail "missing ${missing[*]}: install them with your package manager, or run this as root on Debian"
fi
progress "installing ${missing[*]}"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
