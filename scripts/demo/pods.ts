/**
 * The pods of the demo, as their controllers create them: one of a Deployment, one that opts out, one with a mistake.
 */

/** One pod to be admitted, and what the demo says of it. */
export interface DemoPod {
  readonly title: string;
  readonly pod: object;
}

const app = {
  name: "web",
  image: "registry.example/shop/web:1.4.2",
  ports: [{ name: "http", containerPort: 8080, protocol: "TCP" }],
  resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } },
  readinessProbe: { httpGet: { path: "/ready", port: "http", scheme: "HTTP" }, periodSeconds: 5 },
  livenessProbe: { tcpSocket: { port: "http" }, periodSeconds: 10 },
};

function podOf(deployment: string, labels: object, annotations: object): object {
  const hash = "6c5d8f7b9d";
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      generateName: `${deployment}-${hash}-`,
      labels: { app: deployment, "pod-template-hash": hash, ...labels },
      annotations,
      ownerReferences: [
        {
          apiVersion: "apps/v1",
          kind: "ReplicaSet",
          name: `${deployment}-${hash}`,
          uid: "5b9b1f9e-3f0e-4c0a-9d0e-2f6f6f0c7a11",
          controller: true,
        },
      ],
    },
    spec: {
      serviceAccountName: "default",
      containers: [app],
      initContainers: [{ name: "migrate", image: "registry.example/shop/migrate:1.4.2" }],
    },
  };
}

export const demoPods: readonly DemoPod[] = [
  {
    title: "A pod of Deployment web, with more memory for its proxy and its metrics scraped by Prometheus",
    pod: podOf(
      "web",
      {},
      {
        "outrigger.dev/proxy-memory-limit": "128Mi",
        "outrigger.dev/proxy-cpu-reqest": "20m",
        "prometheus.io/scrape": "true",
        "prometheus.io/port": "8080",
      },
    ),
  },
  {
    title: "A pod of Deployment batch, which opts out",
    pod: podOf("batch", { "outrigger.dev/inject": "false" }, {}),
  },
  {
    title: "A pod of Deployment cart, with mistakes in its annotations",
    pod: podOf(
      "cart",
      {},
      { "outrigger.dev/exclude-outbound-ports": "5432,http", "outrigger.dev/proxy-cpu-limit": "10m" },
    ),
  },
];
