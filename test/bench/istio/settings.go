package main

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"istio.io/istio/operator/pkg/component"
	"istio.io/istio/operator/pkg/manifest"
	"istio.io/istio/operator/pkg/render"
)

// The ConfigMaps that `istioctl install` would apply, by their names in its charts.
const (
	systemNamespace    = "istio-system"
	injectorConfigMap  = "istio-sidecar-injector"
	meshConfigMap      = "istio"
	meshConfigMapEntry = "mesh"
)

// settings is what an installation with the default profile tells the webhook.
type settings struct {
	// injector holds the sidecar template and the chart values.
	injector *corev1.ConfigMap
	// meshConfig is the mesh config's YAML.
	meshConfig string
}

// renderSettings runs Istio's own renderer on the charts that its module embeds, with the default profile.
func renderSettings() (settings, error) {
	sets, _, err := render.GenerateManifest(nil, nil, false, nil, nil)
	if err != nil {
		return settings{}, fmt.Errorf("render Istio's default profile: %w", err)
	}
	istiod := manifest.ExtractComponent(sets, component.PilotComponentName)
	injector, err := findConfigMap(istiod, injectorConfigMap)
	if err != nil {
		return settings{}, err
	}
	mesh, err := findConfigMap(istiod, meshConfigMap)
	if err != nil {
		return settings{}, err
	}
	return settings{injector: injector, meshConfig: mesh.Data[meshConfigMapEntry]}, nil
}

func findConfigMap(manifests []manifest.Manifest, name string) (*corev1.ConfigMap, error) {
	for _, m := range manifests {
		if m.GetKind() != "ConfigMap" || m.GetName() != name || m.GetNamespace() != systemNamespace {
			continue
		}
		configMap := &corev1.ConfigMap{}
		err := runtime.DefaultUnstructuredConverter.FromUnstructured(m.Object, configMap)
		return configMap, err
	}
	return nil, fmt.Errorf("the default profile renders no ConfigMap %s/%s", systemNamespace, name)
}
