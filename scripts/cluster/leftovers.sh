#!/usr/bin/env bash
# leftovers.sh: prints what a cluster could leave behind on this machine, one thing a line.
# leftovers.sh FILE: compares that with an earlier print; shows what has been added (>) or is missing (<), and fails.
#
# The processes are those that know this cluster's folder. Everything else is the whole machine's, so what others do at the
# same time shows too; a difference counts only if it stays for half a minute. That a cgroup or a file is missing never counts:
# it had been left by a cluster that was broken off, and the next one has tidied it up (a cgroup in use cannot be removed).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
need ip nft sysctl find diff

# print KIND COMMAND...: every line of its output behind the kind. A command that fails has nothing to say.
print() {
  local kind=$1
  shift
  { "$@" 2>/dev/null || true; } | sed "s/^/$kind: /"
}

network() {
  print link ip -brief link | awk '{ print $1, $2 }'
  print address ip -oneline -brief address
  print route ip route show table all
  print route ip -6 route show table all
  print "routing rule" ip rule
  print "network namespace" ip netns list
}

packet_filter() {
  print nftables nft --stateless list ruleset
  local family
  # Asking for a table of the old kind would make it.
  for family in ip ip6; do
    if grep -qs . "/proc/net/${family}_tables_names"; then print "${family}tables" "${family}tables-legacy-save"; fi
  done | grep -v ': #' || true
}

# Without those that count or change by themselves.
sysctls() {
  print sysctl sysctl --all --pattern '^(net|vm|kernel)\.' |
    grep -vE '\.(random\.|ns_last_pid|pty\.nr|nf_conntrack_count|perf_event_max_sample_rate|stat_refresh|nr_)' |
    grep -vE '\.(neigh|conf)\.' || true
}

files() {
  # shellcheck disable=SC2016 # awk's own.
  print mount awk '{ print $5, $(NF - 2) }' /proc/self/mountinfo
  # Those that a kubelet and a runtime make; others come and go with whatever else runs.
  print cgroup find /sys/fs/cgroup -mindepth 1 -type d -regex '.*/\(outrigger[0-9]*\|kubepods[^/]*\|k8s\.io\|cri-containerd[^/]*\)\(/.*\)?'
  print file find /var/lib/{kubelet,cni,containerd} /var/log/{pods,containers} /run/{containerd,netns,runc}
}

processes() {
  local folder line
  for folder in /proc/[0-9]*; do
    line=$(tr '\0' ' ' 2>/dev/null <"$folder/cmdline") || continue
    case $line in *"$cluster_dir/"*) echo "process: ${folder#/proc/} ${line:0:150}" ;; esac
  done
}

all() { { network && packet_filter && sysctls && files && processes; } | LC_ALL=C sort; }

if [ $# = 0 ]; then
  all
  exit 0
fi

differences() { { all | diff "$1" - || true; } | { grep '^[<>]' || true; } | { grep -vE '^< (cgroup|file): ' || true; }; }

deadline=$((SECONDS + 30))
while difference=$(differences "$1") && [ -n "$difference" ]; do
  if [ $SECONDS -ge $deadline ]; then
    echo "$difference" >&2
    fail "the machine is not as it was"
  fi
  sleep 1
done
progress "nothing is left behind"
