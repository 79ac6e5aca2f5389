/**
 * A pod of a Deployment, 3 KB of JSON, with what real ones have: three kinds of probe, a preStop hook, environment from
 * literals, Secrets and the pod's fields, volumes, resources, and all that the API server's defaulting and its service
 * account admission have filled in by the time a webhook sees the pod.
 */

/** The pod as the API server would send it, with further labels on it. */
export function deploymentPod(namespace: string, labels: Readonly<Record<string, string>>): unknown {
  return {
    kind: "Pod",
    apiVersion: "v1",
    metadata: {
      generateName: "checkout-7d9c5b8f6d-",
      namespace,
      creationTimestamp: null,
      labels: { app: "checkout", version: "v2", "pod-template-hash": "7d9c5b8f6d", ...labels },
      annotations: { "prometheus.io/scrape": "true", "prometheus.io/port": "9102", "prometheus.io/path": "/metrics" },
      ownerReferences: [
        {
          apiVersion: "apps/v1",
          kind: "ReplicaSet",
          name: "checkout-7d9c5b8f6d",
          uid: "c6a2e1b0-8f0b-4a0e-9a53-5d2c7f3f6b10",
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      volumes: [
        { name: "config", configMap: { name: "checkout-config", defaultMode: 420 } },
        { name: "cache", emptyDir: { sizeLimit: "256Mi" } },
        accountVolume,
      ],
      containers: [container],
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 30,
      dnsPolicy: "ClusterFirst",
      serviceAccountName: "checkout",
      serviceAccount: "checkout",
      securityContext: { runAsNonRoot: true, runAsUser: 10001, fsGroup: 10001 },
      schedulerName: "default-scheduler",
      tolerations: ["not-ready", "unreachable"].map((condition) => ({
        key: `node.kubernetes.io/${condition}`,
        operator: "Exists",
        effect: "NoExecute",
        tolerationSeconds: 300,
      })),
      priority: 0,
      enableServiceLinks: true,
      preemptionPolicy: "PreemptLowerPriority",
    },
    status: {},
  };
}

const accountVolume = {
  name: "kube-api-access-8x2kq",
  projected: {
    sources: [
      { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
      { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
      {
        downwardAPI: {
          items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
        },
      },
    ],
    defaultMode: 420,
  },
};

const probeTimes = { timeoutSeconds: 2, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };

const container = {
  name: "checkout",
  image: "registry.example.com/shop/checkout:2.14.3",
  args: ["--listen=:8080", "--admin=:9102"],
  ports: [
    { name: "http", containerPort: 8080, protocol: "TCP" },
    { name: "metrics", containerPort: 9102, protocol: "TCP" },
  ],
  env: [
    { name: "LOG_LEVEL", value: "info" },
    { name: "PAYMENT_URL", value: "http://payment.shop.svc.cluster.local:8080" },
    { name: "DATABASE_PASSWORD", valueFrom: { secretKeyRef: { name: "checkout-db", key: "password" } } },
    { name: "POD_NAME", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.name" } } },
  ],
  resources: { limits: { cpu: "1", memory: "512Mi" }, requests: { cpu: "250m", memory: "256Mi" } },
  volumeMounts: [
    { name: "config", readOnly: true, mountPath: "/etc/checkout" },
    { name: "cache", mountPath: "/var/cache/checkout" },
    { name: "kube-api-access-8x2kq", readOnly: true, mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" },
  ],
  livenessProbe: { httpGet: { path: "/healthz", port: "http", scheme: "HTTP" }, ...probeTimes },
  readinessProbe: { httpGet: { path: "/ready", port: 8080, scheme: "HTTP" }, ...probeTimes },
  startupProbe: { tcpSocket: { port: 8080 }, ...probeTimes, failureThreshold: 30 },
  lifecycle: { preStop: { httpGet: { path: "/drain", port: "http", scheme: "HTTP" } } },
  terminationMessagePath: "/dev/termination-log",
  terminationMessagePolicy: "File",
  imagePullPolicy: "IfNotPresent",
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  },
};
