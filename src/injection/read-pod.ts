/**
 * Checks the shape of exactly those parts of a pod that Outrigger reads, and nothing else: fields it does not know pass
 * untouched, and a pod that a newer API server or a careless client made never crashes what follows. `null` counts as
 * absent, as it does for the API server.
 */
import { isJsonObject } from "../json-value.ts";
import type { Pod } from "../kubernetes/pod.ts";
import type { Parsed, Problem } from "../problem.ts";
import { quote } from "../quote.ts";

/** Says what is wrong with a value at a path; no problems mean it has the shape. */
type Check = (value: unknown, path: string) => readonly Problem[];

const noProblems: readonly Problem[] = [];

function wrong(value: unknown, path: string, what: string): readonly Problem[] {
  const kind = value === null ? "null" : Array.isArray(value) ? "a list" : `a value of type ${typeof value}`;
  return [{ path, message: `${kind} stands where ${what} belongs`, hint: "compare with the Pod API reference" }];
}

function primitive(type: "string" | "number" | "boolean"): Check {
  return (value, path) => (typeof value === type ? noProblems : wrong(value, path, `a ${type}`));
}

const text = primitive("string");
const number = primitive("number");
const boolean = primitive("boolean");
const portReference: Check = (value, path) =>
  typeof value === "number" || typeof value === "string" ? noProblems : wrong(value, path, "a port number or name");

/** An object with these fields; those in `required` must be there, the others may be absent or null. */
function shape(fields: Readonly<Record<string, Check>>, required: readonly string[] = []): Check {
  const known = Object.entries(fields);
  return (value, path) => {
    if (!isJsonObject(value)) return wrong(value, path, "an object");
    let problems = noProblems;
    for (const [name, check] of known) {
      const field = Object.hasOwn(value, name) ? value[name] : undefined;
      if (field == null && !required.includes(name)) continue;
      const found = check(field, `${path}.${name}`);
      if (found.length > 0) problems = [...problems, ...found];
    }
    return problems;
  };
}

function each(check: Check): Check {
  return (value, path) =>
    Array.isArray(value)
      ? value.flatMap((item: unknown, index) => check(item, `${path}[${index}]`))
      : wrong(value, path, "a list");
}

const texts: Check = (value, path) => {
  if (!isJsonObject(value)) return wrong(value, path, "an object");
  return Object.entries(value).flatMap(([key, item]) => text(item, `${path}["${key}"]`));
};

const headers = each(shape({ name: text, value: text }, ["name", "value"]));
const handler = {
  httpGet: shape({ path: text, port: portReference, host: text, scheme: text, httpHeaders: headers }, ["port"]),
  tcpSocket: shape({ port: portReference, host: text }, ["port"]),
};

/** A probe, or the part of one that Outrigger rewrites. */
export const checkProbe: Check = shape({
  ...handler,
  grpc: shape({ port: number, service: text }, ["port"]),
  timeoutSeconds: number,
  periodSeconds: number,
});

const containerPort = shape({ name: text, containerPort: number, protocol: text }, ["containerPort"]);

/** A container, as far as Outrigger reads it. */
export const checkContainer: Check = shape(
  {
    name: text,
    image: text,
    restartPolicy: text,
    ports: each(containerPort),
    args: each(text),
    env: each(shape({ name: text }, ["name"])),
    volumeMounts: each(shape({ name: text, mountPath: text }, ["name", "mountPath"])),
    securityContext: shape({ runAsUser: number, runAsGroup: number }),
    livenessProbe: checkProbe,
    readinessProbe: checkProbe,
    startupProbe: checkProbe,
    lifecycle: shape({ postStart: shape(handler), preStop: shape(handler) }),
  },
  ["name"],
);

const owner = shape({ apiVersion: text, kind: text, name: text, uid: text, controller: boolean }, ["kind", "name"]);

const pod = shape(
  {
    apiVersion: text,
    kind: text,
    metadata: shape({
      name: text,
      generateName: text,
      namespace: text,
      labels: texts,
      annotations: texts,
      ownerReferences: each(owner),
    }),
    spec: shape(
      {
        containers: each(checkContainer),
        initContainers: each(checkContainer),
        volumes: each(shape({ name: text }, ["name"])),
        imagePullSecrets: each(shape({ name: text })),
        hostNetwork: boolean,
        os: shape({ name: text }, ["name"]),
        nodeSelector: texts,
        serviceAccountName: text,
        restartPolicy: text,
        securityContext: shape({ runAsUser: number, runAsGroup: number }),
      },
      ["containers"],
    ),
  },
  ["spec"],
);

/** The same object, known to have the shape of a Pod; or all that stands in the way. */
export function readPod(value: unknown): Parsed<Pod> {
  const problems = pod(value, "pod");
  if (problems.length > 0) return { ok: false, problems };
  const read = value as Pod;
  if ((read.kind ?? "Pod") !== "Pod") {
    const message = `the object is of kind ${quote(String(read.kind))}`;
    return { ok: false, problems: [{ path: "pod.kind", message, hint: "send a Pod" }] };
  }
  return { ok: true, value: read };
}
