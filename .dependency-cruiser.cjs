/** The data flows one way: left never imports right, and pure stages import neither I/O nor a logger. */
const pure = "^src/(injection|iptables|envoy|net|control-plane/(model|xds))/|^src/problem\\.ts";
const edges = "^src/(webhook|certificates|cli|observability)/|^src/main\\.ts";

module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-orphans",
      severity: "error",
      from: { orphan: true, path: "^src/", pathNot: "\\.d\\.ts$" },
      to: {},
    },
    {
      name: "pure-stages-do-not-import-edges",
      comment: "Decision, mutation, rules and bootstrap are functions of their input alone.",
      severity: "error",
      from: { path: pure },
      to: { path: edges },
    },
    {
      name: "pure-stages-do-no-io",
      comment: "Types are fine; a Kubernetes client, a server, a logger, files and sockets are not.",
      severity: "error",
      from: { path: pure },
      to: {
        path: "node_modules/(@kubernetes/client-node|fastify|pino|prom-client|selfsigned)/|^(node:)?(fs|fs/promises|http|https|tls|child_process|process|os)$",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "iptables-and-envoy-do-not-know-the-injector",
      severity: "error",
      from: { path: "^src/(iptables|envoy|net)/" },
      to: { path: "^src/(injection|config|kubernetes)/" },
    },
    {
      name: "control-plane-flows-one-way",
      comment: "kubernetes -> model -> xds -> ads: what is later knows nothing of what is earlier but its types.",
      severity: "error",
      from: { path: "^src/control-plane/model/" },
      to: { path: "^src/control-plane/(kubernetes|xds|ads|identity)/|^src/envoy-api/" },
    },
    {
      name: "xds-knows-neither-kubernetes-nor-streams",
      comment: "Of the discovery server it knows only what a source of resources is.",
      severity: "error",
      from: { path: "^src/control-plane/xds/" },
      to: { path: "^src/(control-plane/(kubernetes|identity|ads/(?!resource-source))|kubernetes)/?" },
    },
    {
      name: "ads-knows-neither-the-mesh-nor-envoy",
      severity: "error",
      from: { path: "^src/control-plane/ads/" },
      to: { path: "^src/control-plane/(kubernetes|xds)/|^src/kubernetes/" },
    },
    {
      name: "kubernetes-feeds-the-model-only",
      severity: "error",
      from: { path: "^src/control-plane/kubernetes/" },
      to: { path: "^src/control-plane/(xds|ads|identity)/" },
    },
    {
      name: "product-does-not-import-tests",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|scripts)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|build|coverage)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
