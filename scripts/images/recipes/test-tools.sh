# shellcheck shell=bash disable=SC2154,SC2317,SC2329 # see ../build.sh, which sources this; `layer` calls the functions.
# A shell and small tools, for tests that look around in a pod or play a simple application.
config='{"Env":["PATH=/bin:/usr/bin:/sbin:/usr/sbin"],"Cmd":["sh"]}'
image outrigger.test/tools:1 "$config" "$(busybox_layer)"
