/**
 * The mesh config of somebody who has written none. Every field that a file may leave out has its value here.
 */
import { version } from "../version.ts";
import type { MeshConfig } from "./schema.ts";

export const defaultMeshConfig: MeshConfig = {
  apiVersion: "outrigger.dev/v1alpha1",
  kind: "MeshConfig",
  mode: "standalone",
  trustDomain: "cluster.local",
  controlPlane: { host: "outrigger-control-plane.outrigger-system.svc", port: 15_012 },
  identity: { certificateLifetimeHours: 24 },
  mesh: { ranges: [], unknownDestinations: "pass" },
  // A mesh that is down must not take the cluster's deployments down with it.
  failureMode: "allow",
  // A setting that silently falls back to its default is found out in production.
  userErrors: "deny",
  compatibility: { istio: false },
  injection: { defaultPolicy: "disabled", neverInject: [], alwaysInject: [], systemNamespaces: [] },
  ipFamilies: "auto",
  proxy: {
    initImage: `ghcr.io/outrigger-dev/outrigger-init:${version}`,
    imagePullPolicy: "IfNotPresent",
    imagePullSecrets: [],
    ephemeralStorageRequest: "16Mi",
    ephemeralStorageLimit: "128Mi",
    defaults: {},
  },
  tracing: null,
  // It ends pods: only who has asked for it gets it.
  watchdog: { mode: "disabled", evictionsPerMinute: 2, minimumAgeSeconds: 300 },
  overlays: {},
};
