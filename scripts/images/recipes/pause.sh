# shellcheck shell=bash disable=SC2154,SC2317,SC2329 # see ../build.sh, which sources this; `layer` calls the functions.
# The first process of every pod on a local node.
program=$("$root/scripts/cluster/build-program.sh" pause)
fill() { put 0755 "$program" /pause; }
image outrigger.test/pause:1 '{"User":"65535:65535","Entrypoint":["/pause"]}' "$(layer pause fill "$program")"
