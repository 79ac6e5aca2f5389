/**
 * What comes with the sidecar: security contexts, resources, volumes, pull secrets.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Container, SecurityContext } from "../../../src/kubernetes/pod.ts";
import { app, classicContext, contextWith, inject, initOf, ours, podWith, proxyOf } from "../../injected-pods.ts";

/**
 * The checks of Pod Security "restricted" on a container, as the standard spells them out. Source: Kubernetes
 * documentation, "Pod Security Standards".
 */
function violations({ securityContext = {} }: Container): readonly string[] {
  const { capabilities, privileged, allowPrivilegeEscalation, runAsNonRoot, runAsUser, seccompProfile } =
    securityContext;
  const checks: readonly (readonly [string, boolean])[] = [
    ["privileged", privileged === true],
    ["allowPrivilegeEscalation", allowPrivilegeEscalation !== false],
    ["runAsNonRoot", runAsNonRoot !== true],
    ["runAsUser", runAsUser === 0],
    ["seccompProfile", !["RuntimeDefault", "Localhost"].includes(seccompProfile?.type ?? "")],
    ["capabilities.drop", capabilities?.drop?.includes("ALL") !== true],
    ["capabilities.add", (capabilities?.add ?? []).some((name) => name !== "NET_BIND_SERVICE")],
  ];
  return checks.filter(([, violated]) => violated).map(([name]) => name);
}

function contextOf(container: Container | undefined): SecurityContext {
  assert.ok(container?.securityContext);
  return container.securityContext;
}

suite("security contexts", () => {
  test("the proxy passes Pod Security restricted by itself, native and classic", () => {
    for (const context of [contextWith(), classicContext(), contextWith({ mode: "mesh" })]) {
      const proxy = proxyOf(inject(podWith(), context).pod);
      assert.deepEqual(violations(proxy), []);
      assert.equal(proxy.securityContext?.readOnlyRootFilesystem, true);
      assert.deepEqual([proxy.securityContext.runAsUser, proxy.securityContext.runAsGroup], [1337, 1337]);
      assert.deepEqual(proxy.securityContext.seccompProfile, { type: "RuntimeDefault" });
    }
  });

  test("the init container goes beyond it by root, NET_ADMIN and NET_RAW and nothing else", () => {
    const init = initOf(inject(podWith()).pod);
    assert.deepEqual(violations(init ?? { name: "" }), ["runAsNonRoot", "runAsUser", "capabilities.add"]);
    assert.deepEqual(contextOf(init).capabilities, { add: ["NET_ADMIN", "NET_RAW"], drop: ["ALL"] });
    assert.equal(contextOf(init).readOnlyRootFilesystem, true);
  });

  test("tproxy costs the proxy root and NET_ADMIN and nothing else", () => {
    const proxy = proxyOf(inject(podWith(ours({ "interception-mode": "tproxy" }))).pod);
    assert.deepEqual(violations(proxy), ["runAsNonRoot", "runAsUser", "capabilities.add"]);
    assert.deepEqual(contextOf(proxy).capabilities, { add: ["NET_ADMIN"], drop: ["ALL"] });
    assert.equal(contextOf(proxy).runAsGroup, 1337, "by which its own traffic is known");
  });

  test("the pod's own security context stays as it is", () => {
    const securityContext = { runAsNonRoot: true, runAsUser: 1000, fsGroup: 2000 };
    assert.deepEqual(inject(podWith({}, { securityContext })).pod.spec.securityContext, securityContext);
  });
});

suite("resources", () => {
  const both = (annotations = {}, context = contextWith()) => {
    const { pod } = inject(podWith(ours(annotations)), context);
    assert.deepEqual(initOf(pod)?.resources, proxyOf(pod).resources, "a quota counts the larger of the two, once");
    return proxyOf(pod).resources;
  };

  test("by default", () => {
    assert.deepEqual(both(), {
      requests: { cpu: "50m", memory: "64Mi", "ephemeral-storage": "16Mi" },
      limits: { "ephemeral-storage": "128Mi" },
    });
  });

  for (const [name, value, where, resource] of [
    ["proxy-cpu-request", "10m", "requests", "cpu"],
    ["proxy-cpu-limit", "2", "limits", "cpu"],
    ["proxy-memory-request", "10Mi", "requests", "memory"],
    ["proxy-memory-limit", "1Gi", "limits", "memory"],
  ] as const) {
    test(`${name} leaves the other three alone`, () => {
      const expected = structuredClone(both()) as Record<"requests" | "limits", Record<string, string>>;
      expected[where][resource] = value;
      assert.deepEqual(both({ [name]: value }), expected);
    });
  }

  test("a limit whose request is taken away is the request, as the API server has it", () => {
    const { requests, limits } = both({ "proxy-cpu-request": "", "proxy-cpu-limit": "1" }) ?? {};
    assert.deepEqual([requests?.["cpu"], limits?.["cpu"]], ["1", "1"]);
  });

  test("all of them can be taken away", () => {
    const context = contextWith({ proxy: { ephemeralStorageLimit: "", ephemeralStorageRequest: "" } });
    assert.deepEqual(both({ "proxy-cpu-request": "", "proxy-memory-request": "" }, context), {});
  });

  test("ephemeral storage is the mesh config's", () => {
    const context = contextWith({ proxy: { ephemeralStorageLimit: "1Gi", ephemeralStorageRequest: "" } });
    const { requests, limits } = both({}, context) ?? {};
    assert.deepEqual([requests?.["ephemeral-storage"], limits?.["ephemeral-storage"]], ["1Gi", "1Gi"]);
  });
});

suite("volumes", () => {
  const mesh = contextWith({ mode: "mesh" });

  test("in a mesh: a token for the control plane alone and the trust anchors, read-only", () => {
    const { pod } = inject(podWith(), mesh);
    assert.deepEqual(pod.spec.volumes, [
      {
        name: "outrigger-identity",
        projected: {
          defaultMode: 0o644,
          sources: [
            { serviceAccountToken: { audience: "outrigger-control-plane", expirationSeconds: 43_200, path: "token" } },
            {
              configMap: { name: "outrigger-trust", items: [{ key: "root.yaml", path: "root.yaml" }] },
            },
          ],
        },
      },
    ]);
    assert.deepEqual(proxyOf(pod).volumeMounts, [
      { name: "outrigger-identity", mountPath: "/var/run/outrigger", readOnly: true },
    ]);
  });

  test("standalone and native: none", () => {
    assert.ok(!("volumes" in inject(podWith()).pod.spec));
  });

  test("names that the pod uses are left to it, with a warning; on further passes, too", () => {
    const taken = ["outrigger-identity", "outrigger-identity-2", "outrigger-hold"].map((name) => ({ name }));
    const context = contextWith({ mode: "mesh" }, { nativeSidecars: false });
    const outcome = inject(podWith({}, { volumes: taken }), context);
    assert.deepEqual(
      outcome.pod.spec.volumes?.map(({ name }) => name),
      ["outrigger-identity", "outrigger-identity-2", "outrigger-hold", "outrigger-identity-3", "outrigger-hold-2"],
    );
    assert.deepEqual(outcome.warnings, [
      "the pod has a volume outrigger-identity of its own, so the sidecar's is called outrigger-identity-3",
      "the pod has a volume outrigger-hold of its own, so the sidecar's is called outrigger-hold-2",
    ]);
    assert.deepEqual(
      proxyOf(outcome.pod).volumeMounts?.map(({ name }) => name),
      ["outrigger-identity-3", "outrigger-hold-2"],
    );
    assert.deepEqual(inject(outcome.pod, context).pod, outcome.pod);
  });

  test("the application's containers get no mount of ours", () => {
    assert.deepEqual(inject(podWith(), mesh).pod.spec.containers, [app]);
  });
});

suite("pull secrets", () => {
  const context = contextWith({ proxy: { imagePullSecrets: ["registry", "mirror"] } });

  test("are added where they are missing", () => {
    assert.deepEqual(
      inject(podWith({}, { imagePullSecrets: [{ name: "mirror" }] }), context).pod.spec.imagePullSecrets,
      [{ name: "mirror" }, { name: "registry" }],
    );
  });

  test("a pod without any keeps having no list where the config has none", () => {
    assert.ok(!("imagePullSecrets" in inject(podWith()).pod.spec));
  });
});
