/** Services with canary routes, as they come off the wire: what the benchmarks of routes have in common. */
import { readObject } from "../../src/control-plane/kubernetes/read-object.ts";
import type { ObjectChange } from "../../src/control-plane/model/cluster-object.ts";

export const namespace = "shop";

/** Where a Service is reached. */
export function clusterIp(index: number): string {
  return `10.96.0.${index + 1}`;
}

export function service(index: number): ObjectChange {
  return readObject("service", `${namespace}/app-${index}`, {
    metadata: { name: `app-${index}`, namespace },
    spec: { clusterIP: clusterIp(index), ports: [{ name: "http", port: 80, targetPort: 8080 }] },
  });
}

/** Its one endpoint, on port 8080. */
export function slice(index: number, unready: boolean, ip = `10.1.0.${index + 1}`): ObjectChange {
  const name = `app-${index}-1`;
  return readObject("slice", `${namespace}/${name}`, {
    metadata: { name, namespace, labels: { "kubernetes.io/service-name": `app-${index}` } },
    addressType: "IPv4",
    ports: [{ name: "http", port: 8080 }],
    endpoints: [{ addresses: [ip], conditions: { ready: !unready } }],
  });
}

/** The path that a route takes. */
export function pathOf(index: number): string {
  return `/path-${index}`;
}

export function routeName(index: number): string {
  return `route-${index}`;
}

/** A canary of one path of one of so many Services. */
export function route(index: number, services: number, weight: number): ObjectChange {
  const name = routeName(index);
  const parent = `app-${index % services}`;
  return readObject("httpRoute", `${namespace}/${name}`, {
    metadata: { name, namespace, generation: 1, creationTimestamp: new Date(index * 1_000).toISOString() },
    spec: {
      parentRefs: [{ group: "", kind: "Service", name: parent, port: 80 }],
      rules: [
        {
          matches: [{ path: { type: "PathPrefix", value: pathOf(index) } }],
          backendRefs: [
            { name: parent, port: 80, weight: 100 - weight },
            { name: `app-${(index + 1) % services}`, port: 80, weight },
          ],
        },
      ],
    },
  });
}
