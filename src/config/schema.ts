/**
 * The mesh config: one YAML document that sets what every sidecar gets unless a namespace or a pod says otherwise.
 *
 * This module gives its shape; `defaults.ts` gives every value that a file may leave out, `load.ts` reads a file and
 * reports all that is wrong with it at once. Values that annotations can override are kept in the annotations' own
 * spelling (`proxy.defaults`), so that one parser and one error message serve both.
 */
import { Type } from "typebox";
import type { Static } from "typebox";

const labelSelector = Type.Object(
  {
    matchLabels: Type.Optional(Type.Record(Type.String(), Type.String())),
    matchExpressions: Type.Optional(
      Type.Array(
        Type.Object(
          {
            key: Type.String({ minLength: 1 }),
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

const ipFamily = Type.Union([Type.Literal("IPv4"), Type.Literal("IPv6")]);
const pullPolicy = Type.Union([Type.Literal("Always"), Type.Literal("IfNotPresent"), Type.Literal("Never")]);

export const meshConfigSchema = Type.Object(
  {
    apiVersion: Type.Literal("outrigger.dev/v1alpha1"),
    kind: Type.Literal("MeshConfig"),
    /** `standalone`: sidecars pass traffic through by themselves. `mesh`: the control plane configures them. */
    mode: Type.Union([Type.Literal("standalone"), Type.Literal("mesh")]),
    trustDomain: Type.String({ pattern: "^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$" }),
    controlPlane: Type.Object(
      {
        host: Type.String({ minLength: 1 }),
        port: Type.Integer({ minimum: 1, maximum: 65_535 }),
      },
      { additionalProperties: false },
    ),
    /** What becomes of a pod when Outrigger itself fails: created without a sidecar and with a warning, or refused. */
    failureMode: Type.Union([Type.Literal("allow"), Type.Literal("deny")]),
    /** What becomes of a pod whose labels or annotations are wrong: refused, or created with the default and a warning. */
    userErrors: Type.Union([Type.Literal("deny"), Type.Literal("warn")]),
    compatibility: Type.Object(
      {
        /** Read Istio's annotations as aliases of ours. */
        istio: Type.Boolean(),
      },
      { additionalProperties: false },
    ),
    injection: Type.Object(
      {
        /** For pods that nothing else decides. */
        defaultPolicy: Type.Union([Type.Literal("enabled"), Type.Literal("disabled")]),
        neverInject: Type.Array(labelSelector),
        alwaysInject: Type.Array(labelSelector),
        /** Namespaces that are never injected, beside Kubernetes' own and the mesh's. */
        systemNamespaces: Type.Array(Type.String({ minLength: 1 })),
      },
      { additionalProperties: false },
    ),
    /** `auto`: the families of the webhook's own pod. */
    ipFamilies: Type.Union([Type.Literal("auto"), Type.Array(ipFamily, { minItems: 1, uniqueItems: true })]),
    proxy: Type.Object(
      {
        initImage: Type.String({ minLength: 1 }),
        imagePullPolicy: pullPolicy,
        imagePullSecrets: Type.Array(Type.String({ minLength: 1 })),
        /** Quantity; the sidecar writes almost nothing. */
        ephemeralStorageRequest: Type.String(),
        ephemeralStorageLimit: Type.String(),
        /** Annotation suffix -> value, in the annotation's own spelling; what is left out keeps the built-in default. */
        defaults: Type.Record(Type.String(), Type.String()),
      },
      { additionalProperties: false },
    ),
    tracing: Type.Union([
      Type.Null(),
      Type.Object(
        {
          /** An OpenTelemetry collector (OTLP over gRPC). */
          host: Type.String({ minLength: 1 }),
          port: Type.Integer({ minimum: 1, maximum: 65_535 }),
        },
        { additionalProperties: false },
      ),
    ]),
    /** Partial Pods, by name, merged over the injected pod with strategic-merge semantics. */
    overlays: Type.Record(Type.String(), Type.Unknown()),
  },
  { additionalProperties: false },
);

/** A complete mesh config: what a file leaves out is filled in from the defaults. */
export type MeshConfig = Static<typeof meshConfigSchema>;
export type LabelSelector = Static<typeof labelSelector>;
