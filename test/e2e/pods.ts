/**
 * Pods as users write them, for scenarios; nothing runs them on a cluster without nodes.
 */
export interface PodOptions {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Merged over the plain spec. */
  readonly spec?: object;
}

/** A pod with one container that listens on 8080. */
export function plainPod(name: string, options: PodOptions = {}): object {
  return { apiVersion: "v1", kind: "Pod", metadata: { name, ...metadataOf(options) }, spec: podSpec(options.spec) };
}

/** The same as a template of a workload. */
export function podTemplate(app: string, options: PodOptions = {}): object {
  const labels = { app, ...options.labels };
  return { metadata: metadataOf({ ...options, labels }), spec: podSpec(options.spec) };
}

function metadataOf({ labels, annotations }: PodOptions): object {
  return { ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) };
}

function podSpec(more: object = {}): object {
  const image = "registry.example/app:1.0";
  return { containers: [{ name: "app", image, ports: [{ name: "http", containerPort: 8080 }] }], ...more };
}
