package main

import (
	"errors"
	"fmt"
	"net/http"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pkg/config/constants"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/config/mesh/meshwatcher"
	"istio.io/istio/pkg/kube"
	"istio.io/istio/pkg/kube/inject"
	"istio.io/istio/pkg/kube/multicluster"
)

// kubeletVersion supports native sidecars, so that Istio's automatic detection (its default) turns them on, as ours.
const kubeletVersion = "v1.36.1"

// registerWebhook makes Istio's webhook, with a cluster of so many nodes in memory, and adds its handler to mux.
func registerWebhook(mux *http.ServeMux, settings settings, nodes int, stop chan struct{}) error {
	meshConfig, err := mesh.ApplyMeshConfigDefaults(settings.meshConfig)
	if err != nil {
		return fmt.Errorf("mesh config: %w", err)
	}
	client := kube.NewFakeClient(append(nodeObjects(nodes), settings.injector)...)
	clusters := multicluster.NewFakeController()
	environment := &model.Environment{
		Watcher:     meshwatcher.NewTestWatcher(meshConfig),
		ConfigStore: model.NewFakeStore(),
	}
	// istiod always has a push context; without one each request would fall back to the default proxy config.
	environment.SetPushContext(&model.PushContext{
		ProxyConfigs: model.GetProxyConfigs(environment.ConfigStore, meshConfig),
	})
	webhook, err := inject.NewWebhook(inject.WebhookParameters{
		Watcher:      inject.NewConfigMapWatcher(client, systemNamespace, injectorConfigMap, "config", "values"),
		Env:          environment,
		Mux:          mux,
		Revision:     "default",
		MultiCluster: clusters,
	})
	if err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	clusters.Add(constants.DefaultClusterName, client, stop)
	if !client.RunAndWait(stop) {
		return errors.New("the in-memory cluster's informers did not sync")
	}
	webhook.Run(stop)
	return nil
}

func nodeObjects(count int) []runtime.Object {
	nodes := make([]runtime.Object, 0, count)
	for i := range count {
		nodes = append(nodes, &corev1.Node{
			ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("node-%d", i)},
			Status:     corev1.NodeStatus{NodeInfo: corev1.NodeSystemInfo{KubeletVersion: kubeletVersion}},
		})
	}
	return nodes
}
