# shellcheck shell=bash disable=SC2154,SC2317,SC2329 # see ../build.sh, which sources this; `layer` calls the functions.
# The web server of manifests/examples/traffic: the program itself, from its source, under the reference that users pull.
program=$("$root/scripts/cluster/build-program.sh" http-echo github.com/hashicorp/http-echo)
fill() { put 0755 "$program" /http-echo; }
image docker.io/hashicorp/http-echo:1.0.0 '{"User":"65532:65532","Entrypoint":["/http-echo"]}' "$(layer http-echo fill "$program")"
