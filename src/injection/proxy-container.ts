/**
 * The Envoy sidecar as Outrigger builds it, before overlays and the user's own fields. Every field that the API server
 * would default is written out: fingerprints of a field must not change on the way through it.
 */
import { environment } from "../envoy/expansion.ts";
import { readyPath } from "../envoy/health-listener.ts";
import { ports, proxyContainerName } from "../envoy/ports.ts";
import type { Container, Lifecycle, Probe, VolumeMount } from "../kubernetes/pod.ts";
import { holdCommand, holdsByHook, holdsByInitContainer } from "./hold-application.ts";
import type { InjectionContext } from "./outcome.ts";
import { createResources } from "./proxy-resources.ts";
import { proxySecurityContext } from "./security-contexts.ts";
import type { InjectionSettings } from "./settings.ts";

export interface ProxyContainerInput {
  readonly settings: InjectionSettings;
  readonly context: InjectionContext;
  /** Envoy's command line, bootstrap included. */
  readonly args: readonly string[];
  readonly drainPath: string;
  readonly volumeMounts: readonly VolumeMount[];
}

/** The bootstrap refers to these. */
const env = Object.entries(environment).map(([name, fieldPath]) => ({
  name,
  valueFrom: { fieldRef: { apiVersion: "v1", fieldPath } },
}));

const readyCheck = { httpGet: { path: readyPath, port: ports.health, scheme: "HTTP" } } as const;

/**
 * The kubelet starts nothing behind a native sidecar before this has succeeded, so it asks often; a control plane that is
 * down must not kill the proxy. Where an init container waits for the proxy, the probe would only cost a second more.
 */
const startupProbe: Probe = {
  ...readyCheck,
  failureThreshold: 600,
  periodSeconds: 1,
  successThreshold: 1,
  timeoutSeconds: 1,
};

/** A minute of failures, as nothing but the proxy itself can end it; and soon ready again where it has been restarted. */
const readinessProbe: Probe = {
  ...readyCheck,
  failureThreshold: 12,
  periodSeconds: 5,
  successThreshold: 1,
  timeoutSeconds: 3,
};

const containerPorts = [{ containerPort: ports.stats, name: "outrigger-stats", protocol: "TCP" }];

function createLifecycle({ settings, drainPath }: ProxyContainerInput): Lifecycle | undefined {
  const postStart = { exec: { command: holdCommand } };
  const preStop = { httpGet: { path: drainPath, port: ports.health, scheme: "HTTP" } };
  const lifecycle: Lifecycle = {
    ...(holdsByHook(settings) ? { postStart } : {}),
    ...(settings.drainSeconds > 0 ? { preStop } : {}),
  };
  return Object.keys(lifecycle).length > 0 ? lifecycle : undefined;
}

/** Makes the proxy's container. */
export function createProxyContainer(input: ProxyContainerInput): Container {
  const { settings, context, args, volumeMounts } = input;
  const lifecycle = createLifecycle(input);
  return {
    name: proxyContainerName,
    image: settings.proxyImage,
    imagePullPolicy: context.config.proxy.imagePullPolicy,
    args,
    env,
    ports: containerPorts,
    resources: createResources(settings.resources, context.config),
    securityContext: proxySecurityContext(settings.capture.mode),
    ...(holdsByInitContainer(settings) ? {} : { startupProbe }),
    readinessProbe,
    ...(lifecycle === undefined ? {} : { lifecycle }),
    ...(volumeMounts.length > 0 ? { volumeMounts } : {}),
    ...(settings.nativeSidecar ? { restartPolicy: "Always" } : {}),
  };
}
