# shellcheck shell=bash disable=SC2154,SC2317,SC2329 # see ../build.sh, which sources this; `layer` calls the functions.
# The product, like the Dockerfile: one bundled file on nothing but Node.
bundle=$root/dist/outrigger.js
[ -e "$bundle" ] || fail "there is no $bundle: run 'make build' first"
fill() {
  put 0644 "$bundle" /outrigger.js
  put 0644 "$root/LICENSE" /LICENSE
}
config='{"User":"65532:65532","Env":["PATH=/usr/bin:/bin","NODE_ENV=production"],'
config+='"Entrypoint":["/nodejs/bin/node","/outrigger.js"],"Cmd":["--help"]}'
image "ghcr.io/outrigger-dev/outrigger:$version" "$config" "$(node_layer)" \
  "$(layer outrigger fill "$bundle" "$root/LICENSE")"
