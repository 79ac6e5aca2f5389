/** A mutation of pods that touches them where the injector does: keys and items new, changed and gone. */
import { isJsonObject } from "../../../src/json-value.ts";
import type { JsonObject } from "../../../src/json-value.ts";
import { findPodTemplates } from "../../../src/workloads/pod-templates.ts";

/** The object with a sidecar in each of its pods, except in those that say `inject: "false"`. */
export function addSidecars(object: JsonObject): JsonObject {
  return findPodTemplates(object).reduce<JsonObject>(
    (changed, { path, pod }) => (isJsonObject(pod) ? (setIn(changed, path, addSidecar(pod)) as JsonObject) : changed),
    object,
  );
}

function addSidecar(pod: JsonObject): JsonObject {
  const metadata = objectAt(pod, "metadata");
  const spec = objectAt(pod, "spec");
  const labels = objectAt(metadata, "labels");
  if (labels["inject"] === "false") return pod;
  const { "remove-me": _, ...annotations } = objectAt(metadata, "annotations");
  return {
    ...pod,
    metadata: {
      ...metadata,
      labels: { ...labels, injected: "true" },
      annotations: { ...annotations, "outrigger.dev/status": '{"version":"1e3"}', note: "on" },
    },
    spec: {
      ...spec,
      initContainers: [
        { name: "proxy", args: ["--yes", "0755", "two\nlines\n"], ports: [{ containerPort: 15021 }] },
        ...listAt(spec, "initContainers"),
      ],
      containers: listAt(spec, "containers").map(captureProbe),
      volumes: [...listAt(spec, "volumes"), { name: "token", emptyDir: {} }],
    },
  };
}

function captureProbe(container: JsonObject): JsonObject {
  const probe = objectAt(container, "readinessProbe");
  if (!isJsonObject(probe["httpGet"])) return container;
  const { scheme: _, ...httpGet } = probe["httpGet"];
  return { ...container, readinessProbe: { ...probe, httpGet: { ...httpGet, path: "/probe/0", port: 15020 } } };
}

function objectAt(parent: JsonObject, key: string): JsonObject {
  const value = parent[key];
  return isJsonObject(value) ? value : {};
}

function listAt(parent: JsonObject, key: string): readonly JsonObject[] {
  const value = parent[key];
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function setIn(parent: unknown, [key, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(parent))
    return parent.map((item, index) => (index === key ? setIn(item, rest, value) : item) as unknown);
  const object = isJsonObject(parent) ? parent : {};
  return { ...object, [key]: setIn(object[key], rest, value) };
}
