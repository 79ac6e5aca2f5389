# shellcheck shell=bash disable=SC2154,SC2317,SC2329 # see ../../build.sh, which sources this; `layer` calls the functions.
# The pods of the Gateway API's conformance suite: a server, and the client that the suite starts in its container. Under the
# name that the suite's manifests want, so that nothing is pulled.
programs=$("$root/test/conformance/build.sh" echo)
cd "$root/test/conformance"
go mod download sigs.k8s.io/gateway-api/conformance
manifests=$(go list -m -f '{{.Dir}}' sigs.k8s.io/gateway-api/conformance)/mesh/manifests.yaml
reference=$(awk '$1 == "image:" { print $2 }' "$manifests" | sort -u)
[ "$(wc -l <<<"$reference")" = 1 ] || fail "$manifests names several images: $reference"
fill() {
  put_base
  put 0755 "$programs/server" /usr/local/bin/server
  put 0755 "$programs/client" /usr/local/bin/client
  # For the server's TLS port, which no test calls; it does not start without.
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=echo \
    -keyout "$into/cert.key" -out "$into/cert.crt" 2>/dev/null
  chmod 644 "$into/cert.key"
}
config='{"User":"65532:65532","Env":["PATH=/usr/local/bin"],"Entrypoint":["/usr/local/bin/server"]}'
image "$reference" "$config" "$(layer conformance-echo fill "$programs/server" "$programs/client")"
