/**
 * Plays the kubelet for one injected pod: the capture rules of its init container, its proxy with the arguments and the
 * environment of its container, and an application.
 */
import type { ChildProcess } from "node:child_process";
import type { Place } from "./network.ts";

/** Of a pod what is needed to run it. */
export interface InjectedPod {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: { readonly serviceAccountName: string; readonly initContainers: readonly Container[] };
  readonly status: { readonly podIP: string };
}

interface Container {
  readonly name: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: FieldReference }[];
}

interface FieldReference {
  readonly fieldRef: { readonly fieldPath: string };
}

function container(pod: InjectedPod, name: string): Container {
  const found = pod.spec.initContainers.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`${pod.metadata.name} has no ${name}: was it injected?`);
  return found;
}

/** What the kubelet would look up. */
function fieldOf({ metadata, spec, status }: InjectedPod, path: string): string {
  const fields: Readonly<Record<string, string>> = {
    "metadata.name": metadata.name,
    "metadata.namespace": metadata.namespace,
    "spec.serviceAccountName": spec.serviceAccountName,
    "spec.nodeName": "demo",
    "status.podIP": status.podIP,
  };
  const value = fields[path];
  if (value === undefined) throw new Error(`the demo does not know the field ${path}`);
  return value;
}

/** `$(NAME)` of the environment, and `$$` for a dollar sign (Kubernetes API reference, Container.args). */
function expand(text: string, environment: ReadonlyMap<string, string>): string {
  return text.replace(/\$(?:\$|\(([^)]+)\))/g, (whole, name: string | undefined) =>
    name === undefined ? "$" : (environment.get(name) ?? whole),
  );
}

/** The user and group of the proxy, by which the rules know its traffic. */
const asProxy = ["setpriv", "--reuid=1337", "--regid=1337", "--clear-groups"];

/** Sets the capture rules of the pod, as its init container does. */
export function captureTraffic(pod: InjectedPod, place: Place): void {
  const rules = container(pod, "outrigger-init").env?.find(({ name }) => name === "OUTRIGGER_IPTABLES_V4")?.value;
  place.run(["iptables-restore", "--noflush"], rules ?? "");
}

/** Starts the pod's proxy. */
export function startProxy(pod: InjectedPod, place: Place, envoy: string): ChildProcess {
  const { args = [], env = [] } = container(pod, "outrigger-proxy");
  const environment = new Map(
    env.map(({ name, value, valueFrom }) => [
      name,
      valueFrom === undefined ? (value ?? "") : fieldOf(pod, valueFrom.fieldRef.fieldPath),
    ]),
  );
  return place.start([...asProxy, envoy, ...args.map((arg) => expand(arg, environment))]);
}
