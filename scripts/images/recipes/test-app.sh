# shellcheck shell=bash disable=SC2154,SC2317,SC2329 # see ../build.sh, which sources this; `layer` calls the functions.
# The application of the tests on a node: test/e2e/node/app, run as it is, with a shell beside it. What speaks more protocols
# than Node (app/protocols) is bundled with the libraries for them.
files=("$root"/test/e2e/node/app/*.ts)
protocols=("$root"/test/e2e/node/app/protocols/*.ts)
# Some of these libraries load Node's own modules as CommonJS does.
with_require='import { createRequire } from "node:module"; const require = createRequire(import.meta.url);'
fill() {
  local file
  put_busybox
  for file in "${files[@]}"; do put 0644 "$file" "/app/$(basename "$file")"; done
  "$root/node_modules/.bin/esbuild" "$root"/test/e2e/node/app/protocols/{server,client}.ts --bundle --platform=node \
    --format=esm --banner:js="$with_require" --outdir="$into/app/protocols" --log-level=error
  # What tells Node that these are modules.
  echo '{"type":"module"}' >"$into/app/package.json"
}
config='{"User":"65532:65532","Env":["PATH=/nodejs/bin:/bin"],"WorkingDir":"/app",'
config+='"Entrypoint":["/nodejs/bin/node","/app/server.ts"]}'
image outrigger.test/app:1 "$config" "$(node_layer)" \
  "$(layer test-app fill /bin/busybox "$root/package-lock.json" "${files[@]}" "${protocols[@]}")"
