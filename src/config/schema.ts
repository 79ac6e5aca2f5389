/**
 * The mesh config: one YAML document that sets what every sidecar gets unless a namespace or a pod says otherwise.
 *
 * This module gives its shape and describes each field; `defaults.ts` gives every value that a file may leave out,
 * `load.ts` reads a file and reports all that is wrong with it at once. Values that annotations can override are kept in
 * the annotations' own spelling (`proxy.defaults`), so that one parser and one error message serve both. Descriptions
 * and examples are data, because the docs, the commented default file and the error messages are made of them.
 */
import { Type } from "typebox";
import type { Static } from "typebox";
import type { SchemaNode } from "./json-schema.ts";

const name = Type.String({ minLength: 1 });
const port = { minimum: 1, maximum: 65_535 } as const;
// Source: Kubernetes API reference, "Quantity"; the empty text stands for none.
const quantity = { pattern: "^([0-9]+(\\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?)?$", examples: ["64Mi"] } as const;

const labelSelector = Type.Object(
  {
    matchLabels: Type.Optional(Type.Record(Type.String(), Type.String())),
    matchExpressions: Type.Optional(
      Type.Array(
        Type.Object(
          {
            key: name,
            operator: Type.Union([
              Type.Literal("In"),
              Type.Literal("NotIn"),
              Type.Literal("Exists"),
              Type.Literal("DoesNotExist"),
            ]),
            values: Type.Optional(Type.Array(Type.String())),
          },
          { additionalProperties: false },
        ),
      ),
    ),
  },
  { additionalProperties: false },
);

const controlPlane = Type.Object(
  {
    host: Type.String({
      minLength: 1,
      description: "DNS name or IP address of the control plane, as sidecars reach it.",
      examples: ["outrigger-control-plane.outrigger-system.svc"],
    }),
    port: Type.Integer({ ...port, description: "Its port for xDS over TLS." }),
  },
  { additionalProperties: false, description: "Where sidecars find the control plane; used in mode `mesh` only." },
);

const identity = Type.Object(
  {
    certificateLifetimeHours: Type.Integer({
      minimum: 1,
      maximum: 720,
      description: "How long a workload's certificate is valid; it is renewed at two thirds of that.",
    }),
  },
  {
    additionalProperties: false,
    description: "Identities of workloads; read when the control plane starts. Used in mode `mesh` only.",
  },
);

const mesh = Type.Object(
  {
    ranges: Type.Array(name, {
      description:
        "IP ranges (CIDR) of pods and Services beside the private ones, for clusters that use public addresses inside; " +
        "only connections to these and to private addresses are taken for the mesh's.",
    }),
    unknownDestinations: Type.Union([Type.Literal("pass"), Type.Literal("refuse")], {
      description:
        "What becomes of captured connections to addresses that no Service and no pod of the cluster has: passed on as they " +
        "are, or refused.",
    }),
  },
  {
    additionalProperties: false,
    description: "How sidecars tell destinations apart; read when the control plane starts. Used in mode `mesh` only.",
  },
);

const compatibility = Type.Object(
  {
    istio: Type.Boolean({ description: "Read Istio's annotations and its pod label as aliases of Outrigger's own." }),
  },
  { additionalProperties: false, description: "Help for those who come from another mesh." },
);

const injection = Type.Object(
  {
    defaultPolicy: Type.Union([Type.Literal("enabled"), Type.Literal("disabled")], {
      description:
        "For pods that nothing else decides. In a cluster, `enabled` also needs the component " +
        "`manifests/components/inject-by-default`, which makes the API server ask about every pod.",
    }),
    neverInject: Type.Array(labelSelector, {
      description: "Label selectors of pods that are not injected unless they ask for it themselves.",
    }),
    alwaysInject: Type.Array(labelSelector, {
      description:
        "Label selectors of pods that are injected although their namespace is not labelled; needs the component " +
        "`inject-by-default` too.",
    }),
    systemNamespaces: Type.Array(name, {
      description: "Namespaces that are never injected, beside Kubernetes' own and the mesh's.",
    }),
  },
  { additionalProperties: false, description: "Which pods get a sidecar, beside labels." },
);

const proxy = Type.Object(
  {
    initImage: Type.String({
      minLength: 1,
      description: "Image of the init container that sets up traffic capture.",
    }),
    imagePullPolicy: Type.Union([Type.Literal("Always"), Type.Literal("IfNotPresent"), Type.Literal("Never")], {
      description: "Pull policy of the sidecar's and the init container's images.",
    }),
    imagePullSecrets: Type.Array(name, {
      description: "Names of Secrets with registry credentials, added to each injected pod.",
    }),
    ephemeralStorageRequest: Type.String({
      ...quantity,
      description: "Quantity, empty for none; the sidecar writes almost nothing.",
    }),
    ephemeralStorageLimit: Type.String({ ...quantity, description: "Quantity, empty for none." }),
    defaults: Type.Record(Type.String(), Type.String(), {
      description:
        "Annotation name without `outrigger.dev/` -> value, in the annotation's own spelling and always in quotes; " +
        "what is left out keeps the built-in default.",
    }),
  },
  { additionalProperties: false, description: "The containers that are added to a pod." },
);

const tracingCollector = Type.Object(
  {
    host: Type.String({ minLength: 1, description: "DNS name or IP address of an OpenTelemetry collector." }),
    port: Type.Integer({ ...port, description: "Its port for OTLP over gRPC." }),
  },
  { additionalProperties: false },
);

const watchdog = Type.Object(
  {
    mode: Type.Union([Type.Literal("disabled"), Type.Literal("report"), Type.Literal("evict")], {
      description:
        "What becomes of running pods that should carry a sidecar and don't: nothing; an Event and a line in the log; or " +
        "eviction, so that they are made anew. `evict` needs the component `manifests/components/watchdog`.",
    }),
    evictionsPerMinute: Type.Integer({
      minimum: 1,
      maximum: 12,
      description: "At most so many in the whole cluster, evenly spread.",
    }),
    minimumAgeSeconds: Type.Integer({
      minimum: 10,
      maximum: 86_400,
      description: "Younger pods are left alone.",
    }),
  },
  {
    additionalProperties: false,
    description: "Looks for pods that were created while the webhook was away; says nothing of sidecars.",
  },
);

const ipFamily = Type.Union([Type.Literal("IPv4"), Type.Literal("IPv6")]);

export const meshConfigSchema = Type.Object(
  {
    apiVersion: Type.Literal("outrigger.dev/v1alpha1", { description: "Version of this format." }),
    kind: Type.Literal("MeshConfig", { description: "What this document is." }),
    mode: Type.Union([Type.Literal("standalone"), Type.Literal("mesh")], {
      description:
        "`standalone`: sidecars pass traffic through by themselves. `mesh`: the control plane configures them.",
    }),
    trustDomain: Type.String({
      pattern: "^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$",
      description: "Trust domain of workload identities: the `<domain>` of `spiffe://<domain>/ns/.../sa/...`.",
      examples: ["cluster.local"],
    }),
    controlPlane,
    identity,
    mesh,
    failureMode: Type.Union([Type.Literal("allow"), Type.Literal("deny")], {
      description:
        "What becomes of a pod when Outrigger itself fails: created without a sidecar and with a warning, or refused.",
    }),
    userErrors: Type.Union([Type.Literal("deny"), Type.Literal("warn")], {
      description:
        "What becomes of a pod whose labels or annotations are wrong: refused, or created with the default and a warning.",
    }),
    compatibility,
    injection,
    ipFamilies: Type.Union([Type.Literal("auto"), Type.Array(ipFamily, { minItems: 1, uniqueItems: true })], {
      description: "IP families of the pod network. `auto`: those of the webhook's own pod.",
    }),
    proxy,
    tracing: Type.Union([Type.Null(), tracingCollector], {
      description:
        "Where sidecars send their traces: `null` for nowhere, else `host` and `port` of a collector (OTLP/gRPC).",
    }),
    watchdog,
    overlays: Type.Record(Type.String(), Type.Unknown(), {
      description: "Partial Pods, by name, merged over the injected pod with strategic-merge semantics.",
    }),
  },
  { additionalProperties: false },
);

/** A complete mesh config: what a file leaves out is filled in from the defaults. */
export type MeshConfig = Static<typeof meshConfigSchema>;
export type LabelSelector = Static<typeof labelSelector>;

/** The schema as plain JSON Schema, for what walks it. */
export const meshConfigNode = meshConfigSchema as SchemaNode;
