# shellcheck shell=bash disable=SC2154,SC2317,SC2329 # see ../build.sh, which sources this; `layer` calls the functions.
# DNS for a local cluster.
program=$("$root/scripts/cluster/build-program.sh" coredns)
fill() {
  put_base
  put 0755 "$program" /coredns
}
image outrigger.test/coredns:1 '{"Entrypoint":["/coredns"]}' "$(layer coredns fill "$program")"
