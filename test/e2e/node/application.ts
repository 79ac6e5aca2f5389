/**
 * Applications that run: the tests' own image (test/e2e/node/app) as pods, Deployments and Services.
 */
import type { PodOptions } from "../pods.ts";

/** Its ports, as in app/server.ts. */
export const applicationPorts = { http: 8080, h2c: 8081, serverFirst: 8082 } as const;

/** What the application answers: who it is and what it has received. */
export interface Echo {
  readonly pod: string;
  readonly httpVersion: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How often the path has been asked for; of `/times/x`, how often `/x`. */
  readonly times: number;
  readonly remoteAddress: string;
  readonly localAddress: string;
}

const readinessProbe = { httpGet: { path: "/healthz", port: applicationPorts.http }, periodSeconds: 1 };

export interface ApplicationOptions extends PodOptions {
  /** Merged over the plain container. */
  readonly container?: object;
}

/** One replica, unless told otherwise; ready when the application says so. */
export function applicationDeployment(name: string, options: ApplicationOptions = {}): object {
  const template = applicationTemplate(name, options);
  const spec = { replicas: 1, selector: { matchLabels: { app: name } }, template };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name }, spec };
}

/** The same as a StatefulSet of two, each of which has a name in DNS below the headless Service `service`. */
export function applicationStatefulSet(name: string, service: string): object {
  const template = applicationTemplate(name, {});
  const spec = { replicas: 2, serviceName: service, podManagementPolicy: "Parallel", template };
  const selector = { matchLabels: { app: name } };
  return { apiVersion: "apps/v1", kind: "StatefulSet", metadata: { name }, spec: { ...spec, selector } };
}

/** The same as a pod by itself. */
export function applicationPod(name: string, options: ApplicationOptions = {}): object {
  const { metadata, spec } = applicationTemplate(name, options);
  return { apiVersion: "v1", kind: "Pod", metadata: { ...metadata, name }, spec };
}

interface PodTemplate {
  readonly metadata: object;
  readonly spec: object;
}

function applicationTemplate(name: string, options: ApplicationOptions): PodTemplate {
  const container = {
    name: "app",
    image: "outrigger.test/app:1",
    imagePullPolicy: "IfNotPresent",
    ports: [{ name: "http", containerPort: applicationPorts.http }],
    readinessProbe,
    ...options.container,
  };
  const labels = { app: name, ...options.labels };
  return {
    metadata: { labels, ...(options.annotations === undefined ? {} : { annotations: options.annotations }) },
    spec: { terminationGracePeriodSeconds: 5, containers: [container], ...options.spec },
  };
}

/** In front of the Deployment of the same name: port 80 to the application's HTTP port, unless told otherwise. */
export function applicationService(name: string, spec: object = {}, app = name): object {
  const ports = [{ name: "http", port: 80, targetPort: applicationPorts.http }];
  return { apiVersion: "v1", kind: "Service", metadata: { name }, spec: { selector: { app }, ports, ...spec } };
}

/** A pod with a shell and small tools, which does nothing until it is told to. */
export function toolsPod(name: string, { labels, annotations, spec }: PodOptions = {}): object {
  const container = {
    name: "tools",
    image: "outrigger.test/tools:1",
    imagePullPolicy: "IfNotPresent",
    command: ["sleep", "1000000"],
  };
  const metadata = {
    name,
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  };
  // `sleep` as process 1 heeds no signal.
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata,
    spec: { terminationGracePeriodSeconds: 0, containers: [container], ...spec },
  };
}
