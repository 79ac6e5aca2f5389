import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { join } from "node:path";
import { readDocuments } from "../../../scripts/manifests/render.ts";
import type { Manifest } from "../../../scripts/manifests/transform.ts";
import { find, folder, kustomizations, render } from "./manifests.ts";

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** `<verbs> <group>/<resource> [<names>]`, one line for each right. */
function describeRules(role: Manifest): readonly string[] {
  return (role["rules"] as readonly Rule[]).flatMap(({ apiGroups, resources, resourceNames = [], verbs }) =>
    apiGroups.flatMap((group) =>
      resources.map((resource) => `${verbs.join(",")} ${group}/${resource} ${resourceNames.join(",")}`.trim()),
    ),
  );
}

describe("what the injector may do", () => {
  test("in the whole cluster: read namespaces, keep and restore its own webhook configurations, list pods, write Events", () => {
    assert.deepEqual(describeRules(find(render("base"), "ClusterRole", "outrigger-injector")), [
      "get,list,watch /namespaces",
      "get,list,watch,patch admissionregistration.k8s.io/mutatingwebhookconfigurations outrigger-injector",
      "get,list,watch,patch admissionregistration.k8s.io/validatingwebhookconfigurations outrigger-injector",
      "create admissionregistration.k8s.io/mutatingwebhookconfigurations",
      "create admissionregistration.k8s.io/validatingwebhookconfigurations",
      "list /pods",
      "create,patch events.k8s.io/events",
    ]);
  });

  test("to evict pods: only with the component for it, and nothing else", () => {
    const component = readDocuments(join(folder, "components/watchdog/cluster-role.yaml")) as readonly Manifest[];
    const role = find(component, "ClusterRole", "outrigger-watchdog");
    assert.deepEqual(describeRules(role), ["create /pods/eviction"]);
    assert.ok(!render("base").some(({ metadata }) => metadata.name === "outrigger-watchdog"));
  });

  test("where it probes: to create pods, of which the policy lets dry runs pass only", () => {
    const manifests = render("base");
    assert.deepEqual(describeRules(find(manifests, "Role", "outrigger-probe")), ["create /pods"]);
    find(manifests, "ValidatingAdmissionPolicy", "outrigger-probe");
  });

  test("in its namespace: one Secret and one Lease by name, and to create them; to see whether it is being removed", () => {
    assert.deepEqual(describeRules(find(render("base"), "Role", "outrigger-injector")), [
      "get,list,watch,update /secrets outrigger-webhook-certificates",
      "create /secrets",
      "get apps/deployments outrigger-injector",
      "get,update coordination.k8s.io/leases outrigger-injector",
      "create coordination.k8s.io/leases",
    ]);
  });

  test("with cert-manager: no Secret at all, and nothing to change", () => {
    const manifests = render("overlays/cert-manager");
    assert.deepEqual(describeRules(find(manifests, "ClusterRole", "outrigger-injector")), [
      "get,list,watch /namespaces",
      "get,list,watch admissionregistration.k8s.io/mutatingwebhookconfigurations outrigger-injector",
      "get,list,watch admissionregistration.k8s.io/validatingwebhookconfigurations outrigger-injector",
      "list /pods",
      "create,patch events.k8s.io/events",
    ]);
    assert.deepEqual(describeRules(find(manifests, "Role", "outrigger-injector")), [
      "get apps/deployments outrigger-injector",
      "get,update coordination.k8s.io/leases outrigger-injector",
      "create coordination.k8s.io/leases",
    ]);
  });

  for (const name of kustomizations) {
    test(`no wildcard in ${name}`, () => {
      for (const role of render(name).filter(({ kind }) => kind === "Role" || kind === "ClusterRole")) {
        assert.ok(!JSON.stringify(role["rules"]).includes("*"), role.metadata.name);
      }
    });
  }

  test("every binding binds the injector's own account to a role that is there", () => {
    const manifests = render("base");
    const bindings = manifests.filter(({ kind }) => kind === "RoleBinding" || kind === "ClusterRoleBinding");
    assert.equal(bindings.length, 3);
    for (const binding of bindings) {
      const { kind, name } = binding["roleRef"] as { readonly kind: string; readonly name: string };
      find(manifests, kind, name);
      assert.deepEqual(binding["subjects"], [
        { kind: "ServiceAccount", name: "outrigger-injector", namespace: "outrigger-system" },
      ]);
    }
  });
});

describe("what the control plane may do", () => {
  const manifests = render("overlays/mesh");

  test("in the whole cluster: read what the mesh is made of, review tokens, write its trust and statuses", () => {
    assert.deepEqual(describeRules(find(manifests, "ClusterRole", "outrigger-control-plane")), [
      "list,watch /namespaces",
      "list,watch /nodes",
      "list,watch /pods",
      "list,watch /services",
      "list,watch discovery.k8s.io/endpointslices",
      "get,list,watch outrigger.dev/meshtls",
      "get,list,watch outrigger.dev/trafficpolicies",
      "list,watch gateway.networking.k8s.io/referencegrants",
      "get,list,watch gateway.networking.k8s.io/httproutes",
      "get,list,watch gateway.networking.k8s.io/grpcroutes",
      "get,list,watch gateway.networking.k8s.io/tcproutes",
      "patch outrigger.dev/meshtls/status",
      "patch outrigger.dev/trafficpolicies/status",
      "patch gateway.networking.k8s.io/httproutes/status",
      "patch gateway.networking.k8s.io/grpcroutes/status",
      "patch gateway.networking.k8s.io/tcproutes/status",
      "create authentication.k8s.io/tokenreviews",
      "list,watch,patch /configmaps outrigger-trust",
      "create /configmaps",
    ]);
  });

  test("in its namespace: one Secret and one Lease by name, and to create them", () => {
    assert.deepEqual(describeRules(find(manifests, "Role", "outrigger-control-plane")), [
      "get,list,watch,update /secrets outrigger-workload-ca",
      "create /secrets",
      "get,update coordination.k8s.io/leases outrigger-control-plane",
      "create coordination.k8s.io/leases",
    ]);
  });

  test("its bindings bind its own account to its own roles", () => {
    for (const kind of ["Role", "ClusterRole"]) {
      const binding = find(manifests, `${kind}Binding`, "outrigger-control-plane");
      const { kind: bound, name } = binding["roleRef"] as { readonly kind: string; readonly name: string };
      assert.deepEqual([bound, name], [kind, "outrigger-control-plane"]);
      assert.deepEqual(binding["subjects"], [
        { kind: "ServiceAccount", name: "outrigger-control-plane", namespace: "outrigger-system" },
      ]);
    }
  });
});
