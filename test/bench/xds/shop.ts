/**
 * The cluster that the benchmark plays: Services of three endpoints in namespaces of ten, and pods with sidecars, ten to a
 * service account. All of it are the API server's real objects. No node runs the pods: each is given its address as a
 * kubelet would.
 */
import { injectedLabel, statusAnnotation } from "../../../src/injection/keys.ts";

/** A simulated proxy's pod. */
export interface PodPlan {
  readonly namespace: string;
  readonly name: string;
  readonly serviceAccount: string;
  readonly ip: string;
}

export interface ServicePlan {
  readonly namespace: string;
  readonly name: string;
  /** Addresses of its pods, all of one service account, so that its cluster stays as it is when one of them goes. */
  readonly endpoints: readonly string[];
}

export const servicesPerNamespace = 10;
/** Pods are in the namespaces of the first hundred Services. */
const podNamespaces = 10;
const podsPerServiceAccount = 10;
const endpointsPerService = 3;
export const servicePort = 80;
const containerPort = 8080;
/** Where Services are made and deleted while it is measured. Nobody's pods are here. */
export const newcomers = "bench-new";
export const systemNamespace = "outrigger-system";

export function namespaceOfService(index: number): string {
  return `bench-${Math.floor(index / servicesPerNamespace)}`;
}

export function planPod(index: number): PodPlan {
  const turn = Math.floor(index / podNamespaces);
  return {
    namespace: `bench-${index % podNamespaces}`,
    name: `app-${turn}`,
    serviceAccount: `app-${Math.floor(turn / podsPerServiceAccount)}`,
    ip: `10.${100 + Math.floor(index / 62_500)}.${Math.floor(index / 250) % 250}.${(index % 250) + 1}`,
  };
}

export function planService(index: number): ServicePlan {
  return { namespace: namespaceOfService(index), name: `service-${index}`, endpoints: endpointsOf(index) };
}

/** One that is made while it is measured. */
export function planNewcomer(turn: number): ServicePlan {
  return { namespace: newcomers, name: `new-${turn}`, endpoints: endpointsOf(turn) };
}

/** Pods of the first hundred: those of the same namespace share a service account. */
function endpointsOf(index: number): readonly string[] {
  const places = Array.from({ length: endpointsPerService }, (_, place) => place);
  const first = Math.floor(index / podNamespaces);
  return places.map((place) => {
    const turn = (first + place) % podsPerServiceAccount;
    return planPod((index % podNamespaces) + turn * podNamespaces).ip;
  });
}

export function namespaceObject(name: string): object {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
}

export function serviceAccountObject(name: string): object {
  return { apiVersion: "v1", kind: "ServiceAccount", metadata: { name } };
}

/** What the injector would have said of its sidecar. */
const sidecarStatus = JSON.stringify({
  mesh: { interceptionMode: "redirect", includeInboundPorts: "*", excludeInboundPorts: "", opaquePorts: "3306" },
});

export function podObject({ name, serviceAccount }: PodPlan): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: { [injectedLabel]: "true" }, annotations: { [statusAnnotation]: sidecarStatus } },
    spec: { serviceAccountName: serviceAccount, containers: [{ name: "app", image: "example.invalid/app" }] },
  };
}

export function podStatus({ ip }: PodPlan): object {
  return { status: { phase: "Running", podIP: ip, podIPs: [{ ip }] } };
}

/** Without a selector: its slices are ours. */
export function serviceObject({ name }: ServicePlan): object {
  const ports = [{ name: "http", port: servicePort, targetPort: containerPort }];
  return { apiVersion: "v1", kind: "Service", metadata: { name }, spec: { ports } };
}

export function sliceName({ name }: ServicePlan): string {
  return `${name}-1`;
}

/** @param ready whether the last of its endpoints is */
export function sliceObject(service: ServicePlan, ready: boolean): object {
  const last = service.endpoints.length - 1;
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: sliceName(service), labels: { "kubernetes.io/service-name": service.name } },
    addressType: "IPv4",
    ports: [{ name: "http", port: containerPort, protocol: "TCP" }],
    endpoints: service.endpoints.map((ip, place) => ({
      addresses: [ip],
      conditions: { ready: ready || place !== last },
    })),
  };
}

/** Of the whole mesh; between these two modes every sidecar's listeners and clusters, and every endpoint, differ, stage by stage. */
export function meshTlsObject(mode: "permissive" | "disabled"): object {
  return { apiVersion: "outrigger.dev/v1alpha1", kind: "MeshTLS", metadata: { name: "bench" }, spec: { mode } };
}
