/**
 * What a pod looks like after the API server has decoded, defaulted and encoded it, as it does between two webhooks:
 * fields in another order, empty ones gone, quantities in their canonical form, defaults filled in. Source:
 * k8s.io/kubernetes/pkg/apis/core/v1/defaults.go and the `omitempty` of k8s.io/api/core/v1/types.go.
 */
import type { Pod } from "../src/kubernetes/pod.ts";

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Keys in reverse, so that nothing can depend on their order; without empty texts, lists and nulls. */
function encode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(encode);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(
    ([, field]) => field !== null && field !== "" && !(Array.isArray(field) && field.length === 0),
  );
  return Object.fromEntries(entries.reverse().map(([key, field]) => [key, encode(field)]));
}

/** `1000m` -> `1`; enough of the canonical form for tests. */
function canonicalQuantity(value: unknown): string {
  const text = String(value);
  const millis = /^(\d+)000m$/.exec(text);
  return millis === null ? text : String(millis[1]);
}

function mapQuantities(quantities: unknown): JsonObject {
  if (!isObject(quantities)) return {};
  return Object.fromEntries(Object.entries(quantities).map(([name, value]) => [name, canonicalQuantity(value)]));
}

function defaultResources(resources: unknown): JsonObject {
  if (!isObject(resources)) return {};
  const limits = mapQuantities(resources["limits"]);
  const requests = { ...limits, ...mapQuantities(resources["requests"]) };
  return {
    ...resources,
    ...(Object.keys(limits).length > 0 ? { limits } : {}),
    ...(Object.keys(requests).length > 0 ? { requests } : {}),
  };
}

function defaultHttpGet(handler: unknown): unknown {
  if (!isObject(handler) || !isObject(handler["httpGet"])) return handler;
  return { ...handler, httpGet: { path: "/", scheme: "HTTP", ...handler["httpGet"] } };
}

function defaultProbe(probe: unknown): unknown {
  if (!isObject(probe)) return probe;
  const defaults = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
  return defaultHttpGet({ ...defaults, ...probe });
}

function mapFields(object: unknown, fields: readonly string[], map: (value: unknown) => unknown): JsonObject {
  if (!isObject(object)) return {};
  const present = fields.filter((field) => object[field] !== undefined);
  return { ...object, ...Object.fromEntries(present.map((field) => [field, map(object[field])])) };
}

function defaultPorts(ports: unknown): unknown {
  return Array.isArray(ports) ? ports.map((port: JsonObject) => ({ protocol: "TCP", ...port })) : ports;
}

/** `Always` for the tag `latest`, and for none at all. */
function defaultPullPolicy(image: unknown): string {
  const name = String(image).split("/").at(-1) ?? "";
  return name.includes("@") || /:(?!latest$)/.test(name) ? "IfNotPresent" : "Always";
}

function defaultContainer(container: JsonObject): JsonObject {
  const defaulted: JsonObject = {
    imagePullPolicy: defaultPullPolicy(container["image"]),
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    ...mapFields(container, ["livenessProbe", "readinessProbe", "startupProbe"], defaultProbe),
  };
  const hooks = (lifecycle: unknown): unknown => mapFields(lifecycle, ["preStop", "postStart"], defaultHttpGet);
  return {
    ...mapFields(mapFields(defaulted, ["ports"], defaultPorts), ["lifecycle"], hooks),
    resources: defaultResources(container["resources"]),
  };
}

function defaultContainers(list: unknown): unknown {
  return Array.isArray(list) ? list.map((container: JsonObject) => defaultContainer(container)) : list;
}

/** The pod as the next webhook gets it. */
export function throughApiServer(pod: Pod): Pod {
  const spec = mapFields(encode(pod.spec), ["containers", "initContainers"], defaultContainers);
  const defaults = { restartPolicy: "Always", dnsPolicy: "ClusterFirst", schedulerName: "default-scheduler" };
  return { ...pod, spec: encode({ ...defaults, ...spec }) } as Pod;
}
