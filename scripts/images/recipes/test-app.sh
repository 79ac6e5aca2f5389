# shellcheck shell=bash disable=SC2154,SC2317,SC2329 # see ../build.sh, which sources this; `layer` calls the functions.
# The application of the tests on a node: test/e2e/node/app, run as it is, with a shell beside it.
files=("$root"/test/e2e/node/app/*.ts)
fill() {
  local file
  put_busybox
  for file in "${files[@]}"; do put 0644 "$file" "/app/$(basename "$file")"; done
  # What tells Node that these are modules.
  echo '{"type":"module"}' >"$into/app/package.json"
}
config='{"User":"65532:65532","Env":["PATH=/nodejs/bin:/bin"],"WorkingDir":"/app",'
config+='"Entrypoint":["/nodejs/bin/node","/app/server.ts"]}'
image outrigger.test/app:1 "$config" "$(node_layer)" "$(layer test-app fill /bin/busybox "${files[@]}")"
