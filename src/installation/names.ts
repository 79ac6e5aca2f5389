/**
 * What the shipped objects are called. The manifests say it; a test holds these names to them.
 */

/** Where Outrigger runs. */
export const systemNamespace = "outrigger-system";
/** Where the injector tries whether it is reachable; never holds a pod. */
export const probeNamespace = "outrigger-probe";
/** Deployment, Service, webhook configuration, roles: all have this name. */
export const injectorName = "outrigger-injector";
/** Of a mesh: Deployment, Service, roles and the replicas' Lease. */
export const controlPlaneName = "outrigger-control-plane";
/** Of the control plane's pages, on its pods' loopback interface. */
export const pagesPort = 8081;
/** The label that every shipped object carries. */
export const partOfLabel = "app.kubernetes.io/part-of";
export const partOfOutrigger = "outrigger";
/** The label that says of which version a webhook configuration is. */
export const versionLabel = "app.kubernetes.io/version";
/** Annotation of a webhook configuration: `"false"` where the injector is to let others change or delete it. */
export const selfHealAnnotation = "outrigger.dev/self-heal";
/** Annotation of a webhook configuration: when it was last written for no other reason than to be read again. */
export const touchedAnnotation = "outrigger.dev/touched";
/** Annotation of a webhook configuration: the component that has given it its form; absent where none has. */
export const variantAnnotation = "outrigger.dev/variant";
/** The label by which the injector's pods are found. */
export const nameLabel = "app.kubernetes.io/name";
export const meshConfigMap = "outrigger-config";
/** The key of that ConfigMap. */
export const meshConfigKey = "config.yaml";
/** Where the replicas share their CAs; made by them, not by the manifests. */
export const certificateSecret = "outrigger-webhook-certificates";
/** Where the control plane's replicas share the mesh's roots, unless they are told otherwise; made by them. */
export const workloadAuthoritySecret = "outrigger-workload-ca";
/** Of the variant that refuses pods without a sidecar. */
export const requireSidecarPolicy = "outrigger-require-sidecar";
/** Who the API server notes as the owner of what `outrigger install` sets. */
export const fieldManager = "outrigger";
