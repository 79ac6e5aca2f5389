// The judge of src/control-plane/model/endpoint-choice.ts: kube-proxy itself.
//
// It draws Services with endpoints, always the same ones, asks kube-proxy's own code which endpoints a client on some node
// is given, and either writes the cases with the answers (-update) or says that the file is not what kube-proxy makes of
// them. The unit tests hold our implementation against the file, so that they need no Go.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"slices"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/kubernetes/pkg/proxy"
)

const caseCount = 400

// chosenCase is one question with its answer.
type chosenCase struct {
	Internal corev1.ServiceInternalTrafficPolicy `json:"internalTrafficPolicy"`
	External corev1.ServiceExternalTrafficPolicy `json:"externalTrafficPolicy"`
	Slices   [][]discoveryv1.Endpoint            `json:"slices"`
	Client   client                              `json:"client"`
	// By IP, sorted: of a client that goes by the cluster IP, and of one that goes by an external IP.
	ClusterIP  []string `json:"clusterIP"`
	ExternalIP []string `json:"externalIP"`
}

type client struct {
	Node string `json:"node"`
	Zone string `json:"zone"`
}

func main() {
	file := flag.String("golden", "../../golden/endpoint-choice/kube-proxy.json", "the cases")
	update := flag.Bool("update", false, "write the cases instead of comparing them")
	flag.Parse()
	if err := run(*file, *update); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(file string, update bool) error {
	random := rand.New(rand.NewSource(1))
	text := []byte("[\n")
	for i := range caseCount {
		line, err := json.Marshal(judge(draw(random)))
		if err != nil {
			return err
		}
		text = append(text, line...)
		if i < caseCount-1 {
			text = append(text, ',')
		}
		text = append(text, '\n')
	}
	text = append(text, "]\n"...)
	if update {
		return os.WriteFile(file, text, 0o644)
	}
	if existing, err := os.ReadFile(file); err != nil || !bytes.Equal(existing, text) {
		return fmt.Errorf("%s is not what kube-proxy makes of it: run this with -update", file)
	}
	fmt.Printf("%d cases, as kube-proxy chooses\n", caseCount)
	return nil
}

// judge completes a case with kube-proxy's answers.
func judge(drawn chosenCase) chosenCase {
	service := serviceOf(drawn)
	services := proxy.ServicePortMap{}
	serviceChanges := proxy.NewServiceChangeTracker(corev1.IPv4Protocol, nil, nil)
	serviceChanges.Update(nil, service)
	services.Update(serviceChanges)

	endpoints := proxy.EndpointsMap{}
	endpointChanges := proxy.NewEndpointsChangeTracker(corev1.IPv4Protocol, drawn.Client.Node, nil, nil)
	for _, slice := range slicesOf(drawn) {
		endpointChanges.EndpointSliceUpdate(slice, false)
	}
	endpoints.Update(endpointChanges)

	labels := map[string]string{}
	if drawn.Client.Zone != "" {
		labels[corev1.LabelTopologyZone] = drawn.Client.Zone
	}
	for name, port := range services {
		cluster, local, _, _ := proxy.CategorizeEndpoints(endpoints[name], port, drawn.Client.Node, labels)
		drawn.ExternalIP = ips(cluster)
		drawn.ClusterIP = ips(cluster)
		if port.InternalPolicyLocal() {
			drawn.ClusterIP = ips(local)
		}
	}
	return drawn
}

func ips(endpoints []proxy.Endpoint) []string {
	found := []string{}
	for _, endpoint := range endpoints {
		found = append(found, endpoint.IP())
	}
	slices.Sort(found)
	return found
}
