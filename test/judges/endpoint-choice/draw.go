package main

import (
	"fmt"
	"math/rand"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var (
	nodes = []string{"n1", "n2", "n3"}
	zones = []string{"a", "b", "c"}
)

// draw makes a case: few nodes and zones, so that clients are often beside an endpoint.
func draw(random *rand.Rand) chosenCase {
	internal := corev1.ServiceInternalTrafficPolicyCluster
	if random.Intn(4) == 0 {
		internal = corev1.ServiceInternalTrafficPolicyLocal
	}
	external := corev1.ServiceExternalTrafficPolicyCluster
	if random.Intn(2) == 0 {
		external = corev1.ServiceExternalTrafficPolicyLocal
	}
	// Most Services hint for every endpoint or for none.
	hinting := random.Intn(4)
	slices := make([][]discoveryv1.Endpoint, 1+random.Intn(2))
	for i := range slices {
		slices[i] = []discoveryv1.Endpoint{}
		for j := range random.Intn(4) {
			slices[i] = append(slices[i], drawEndpoint(random, fmt.Sprintf("10.0.%d.%d", i, j+1), hinting))
		}
	}
	place := client{Node: pick(random, nodes), Zone: pick(random, append([]string{""}, zones...))}
	return chosenCase{Internal: internal, External: external, Slices: slices, Client: place}
}

func drawEndpoint(random *rand.Rand, ip string, hinting int) discoveryv1.Endpoint {
	node, zone := pick(random, nodes), pick(random, zones)
	endpoint := discoveryv1.Endpoint{Addresses: []string{ip}, NodeName: &node, Zone: &zone}
	switch random.Intn(8) {
	case 0:
		endpoint.Conditions = discoveryv1.EndpointConditions{
			Ready: drawBool(random), Serving: drawBool(random), Terminating: drawBool(random),
		}
	case 1:
		endpoint.Conditions = conditions(false, true, true)
	case 2:
		endpoint.Conditions = conditions(false, false, false)
	default:
		endpoint.Conditions = conditions(true, true, false)
	}
	if hinting > 0 && random.Intn(12) > 0 {
		endpoint.Hints = drawHints(random, hinting)
	}
	return endpoint
}

// drawHints hints for zones (1), for nodes (2), or for both (3).
func drawHints(random *rand.Rand, hinting int) *discoveryv1.EndpointHints {
	hints := &discoveryv1.EndpointHints{}
	for range 1 + random.Intn(2) {
		if hinting&1 != 0 {
			hints.ForZones = append(hints.ForZones, discoveryv1.ForZone{Name: pick(random, zones)})
		}
		if hinting&2 != 0 {
			hints.ForNodes = append(hints.ForNodes, discoveryv1.ForNode{Name: pick(random, nodes)})
		}
	}
	return hints
}

func conditions(ready, serving, terminating bool) discoveryv1.EndpointConditions {
	return discoveryv1.EndpointConditions{Ready: &ready, Serving: &serving, Terminating: &terminating}
}

func drawBool(random *rand.Rand) *bool {
	value := random.Intn(3)
	if value == 2 {
		return nil
	}
	drawn := value == 1
	return &drawn
}

func pick(random *rand.Rand, from []string) string {
	return from[random.Intn(len(from))]
}

func serviceOf(drawn chosenCase) *corev1.Service {
	return &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"},
		Spec: corev1.ServiceSpec{
			Type:                  corev1.ServiceTypeNodePort,
			ClusterIP:             "10.96.0.1",
			ClusterIPs:            []string{"10.96.0.1"},
			ExternalIPs:           []string{"198.51.100.1"},
			IPFamilies:            []corev1.IPFamily{corev1.IPv4Protocol},
			Ports:                 []corev1.ServicePort{{Name: "http", Port: 80, Protocol: corev1.ProtocolTCP}},
			InternalTrafficPolicy: &drawn.Internal,
			ExternalTrafficPolicy: drawn.External,
		},
	}
}

func slicesOf(drawn chosenCase) []*discoveryv1.EndpointSlice {
	name, port, protocol := "http", int32(8080), corev1.ProtocolTCP
	var made []*discoveryv1.EndpointSlice
	for i, endpoints := range drawn.Slices {
		made = append(made, &discoveryv1.EndpointSlice{
			ObjectMeta: metav1.ObjectMeta{
				Namespace: "shop",
				Name:      fmt.Sprintf("web-%d", i),
				Labels:    map[string]string{discoveryv1.LabelServiceName: "web"},
			},
			AddressType: discoveryv1.AddressTypeIPv4,
			Endpoints:   endpoints,
			Ports:       []discoveryv1.EndpointPort{{Name: &name, Port: &port, Protocol: &protocol}},
		})
	}
	return made
}
