# shellcheck shell=bash disable=SC2154 # the folders come from settings.sh.
# Sourced: starting, watching and stopping processes by their id. Every one has a file in $pid_dir and a log in $log_dir.

# start NAME COMMAND...: in a session of its own, so that Ctrl-C in a terminal reaches the scripts only. Where the cluster
# has a node, all of it runs inside the node; in-node.sh becomes the command, so the process id stays.
start() {
  local name=$1
  shift
  [ -z "$node" ] || set -- "$scripts_dir/in-node.sh" "$@"
  setsid nohup "$@" >>"$log_dir/$name.log" 2>&1 </dev/null &
  echo $! >"$pid_dir/$name.pid"
}

# gone PID: a zombie counts, because not every pid 1 reaps at once.
gone() {
  ! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null
}

# ours PID: whether it still is the process that start() started, and not another that got its number after a reboot.
# Each component names a file of this cluster on its command line.
ours() {
  tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline" | grep -qF "$cluster_dir/"
}

# stop NAME [SECONDS]: asks, waits, insists. Nothing to do is no error.
stop() {
  local name=$1 file=$pid_dir/$1.pid deadline=$((SECONDS + ${2:-10})) pid
  [ -e "$file" ] || return 0
  pid=$(cat "$file")
  if ! ours "$pid"; then
    rm -f "$file"
    return 0
  fi
  kill "$pid" 2>/dev/null || true
  until gone "$pid"; do
    if [ $SECONDS -ge $deadline ]; then
      kill -9 "$pid" 2>/dev/null || true
      break
    fi
    sleep 0.05
  done
  rm -f "$file"
}

# wait_until NAME SECONDS COMMAND...: until the command succeeds; fails with the log's end if the process ends before.
wait_until() {
  local name=$1 deadline=$((SECONDS + $2))
  shift 2
  until "$@" >/dev/null 2>&1; do
    if gone "$(cat "$pid_dir/$name.pid")"; then
      tail -n 15 "$log_dir/$name.log" >&2
      fail "$name ended; its log is $log_dir/$name.log"
    fi
    if [ $SECONDS -ge $deadline ]; then
      tail -n 15 "$log_dir/$name.log" >&2
      fail "$name: still waiting for: $*"
    fi
    sleep 0.1
  done
}
