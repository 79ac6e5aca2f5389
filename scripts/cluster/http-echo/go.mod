// The web server of manifests/examples/traffic, for clusters that pull no images.
module outrigger.dev/scripts/cluster/http-echo

go 1.24.0

tool github.com/hashicorp/http-echo

require github.com/hashicorp/http-echo v1.0.0 // indirect
