# shellcheck shell=bash disable=SC2154,SC2317,SC2329 # see ../build.sh, which sources this; `layer` calls the functions.
# The client of manifests/examples/traffic, under the reference that users pull.
image docker.io/library/busybox:1.37.0 '{"Env":["PATH=/bin"],"Cmd":["sh"]}' "$(busybox_layer)"
