// Command istio serves Istio's own injection webhook over HTTPS on loopback, for `make bench` to measure.
//
// Nothing here injects anything: the handler, the sidecar template, the values and the mesh config are those of the
// istio.io/istio module named in go.mod, put together as istiod puts them together. This program only stands in for
// what a cluster gives istiod: a certificate, a ConfigMap, and a list of nodes.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"istio.io/istio/pkg/log"
)

func main() {
	nodes := flag.Int("nodes", 3, "number of cluster nodes that the webhook knows of")
	flag.Parse()
	if err := serve(*nodes); err != nil {
		fmt.Fprintln(os.Stderr, "istio webhook:", err)
		os.Exit(1)
	}
}

func serve(nodes int) error {
	// istiod's own defaults: level info, plain text, on standard output; one line per admission, as ours writes.
	if err := log.Configure(log.DefaultOptions()); err != nil {
		return fmt.Errorf("log: %w", err)
	}
	settings, err := renderSettings()
	if err != nil {
		return err
	}
	certificate, ca, err := selfSign()
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	if err := registerWebhook(mux, settings, nodes, make(chan struct{})); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	// The server options that istiod uses (pilot/pkg/bootstrap/webhook.go).
	server := &http.Server{
		Handler:           mux,
		TLSConfig:         certificate,
		ReadHeaderTimeout: 30 * time.Second,
		IdleTimeout:       90 * time.Second,
	}
	// Tells the benchmark where to send requests and whom to trust.
	fmt.Printf("https://%s/inject\n%s", listener.Addr(), ca)
	return server.ServeTLS(listener, "", "")
}
