import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { repositoryRoot } from "../../../scripts/manifests/render.ts";
import type { Manifest } from "../../../scripts/manifests/transform.ts";
import { parseMeshConfig } from "../../../src/config/load.ts";
import { isSettingName, parseSetting, validateDefaults } from "../../../src/injection/annotations/registry.ts";
import { selects } from "../../../src/kubernetes/label-selector.ts";
import type { LabelSelector } from "../../../src/kubernetes/label-selector.ts";
import type { Container, Pod } from "../../../src/kubernetes/pod.ts";
import { allContainers } from "../../../src/kubernetes/pod.ts";
import { version } from "../../../src/version.ts";
import { find, kustomizations, render } from "./manifests.ts";

interface Deployment {
  readonly replicas: number;
  readonly selector: LabelSelector;
  readonly template: Pod;
}

const base = render("base");
const deployment = find(base, "Deployment", "outrigger-injector")["spec"] as Deployment;

function onlyContainer({ template }: Deployment): Container {
  const [container] = template.spec.containers;
  assert.ok(container !== undefined && template.spec.containers.length === 1);
  return container;
}

/** Every pod template in the manifests. */
function templatesOf(manifests: readonly Manifest[]): readonly Pod[] {
  return manifests.flatMap(({ spec }) => {
    const { template } = (spec ?? {}) as { readonly template?: Pod };
    return template === undefined ? [] : [template];
  });
}

describe("the injector's Deployment", () => {
  test("meets Pod Security's restricted profile, which its namespace enforces", () => {
    assert.deepEqual(deployment.template.spec.securityContext, {
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      seccompProfile: { type: "RuntimeDefault" },
    });
    assert.deepEqual(onlyContainer(deployment).securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    const namespace = find(base, "Namespace", "outrigger-system");
    assert.equal(namespace.metadata.labels?.["pod-security.kubernetes.io/enforce"], "restricted");
  });

  test("is never injected itself", () => {
    assert.equal(find(base, "Namespace", "outrigger-system").metadata.labels?.["outrigger.dev/injection"], "disabled");
  });

  test("has two replicas, and a rollout never leaves fewer", () => {
    const { replicas, strategy } = deployment as Deployment & { readonly strategy: unknown };
    assert.equal(replicas, 2);
    assert.deepEqual(strategy, { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } });
  });

  test("its probes and the Service name ports that it has", () => {
    const container = onlyContainer(deployment);
    const names = (container.ports ?? []).map(({ name }) => name);
    assert.deepEqual(names, ["webhook", "status"]);
    for (const probe of [container.startupProbe, container.readinessProbe, container.livenessProbe]) {
      assert.ok(names.includes(String(probe?.httpGet?.port)));
    }
    const { ports } = find(base, "Service", "outrigger-injector")["spec"] as {
      readonly ports: readonly { readonly targetPort: string; readonly port: number }[];
    };
    assert.deepEqual(
      ports.map(({ port, targetPort }) => [port, targetPort]),
      [[443, "webhook"]],
    );
  });

  test("its arguments name the objects that the manifests hold", () => {
    const { args = [] } = onlyContainer(deployment);
    for (const [option, kind] of [
      ["service", "Service"],
      ["webhook-configuration", "MutatingWebhookConfiguration"],
    ] as const) {
      const name = args.find((argument) => argument.startsWith(`--${option}=`))?.split("=")[1];
      find(base, kind, name ?? "");
    }
    assert.ok(args.includes("--secret=outrigger-webhook-certificates"));
  });

  test("is selected by its Service, its budget and its network policy", () => {
    const labels = deployment.template.metadata?.labels ?? {};
    const service = find(base, "Service", "outrigger-injector")["spec"] as { selector: Record<string, string> };
    const budget = find(base, "PodDisruptionBudget", "outrigger-injector")["spec"] as { selector: LabelSelector };
    const policy = find(base, "NetworkPolicy", "outrigger-injector")["spec"] as { podSelector: LabelSelector };
    for (const selector of [
      deployment.selector,
      { matchLabels: service.selector },
      budget.selector,
      policy.podSelector,
    ]) {
      assert.ok(selects(selector, labels));
    }
  });
});

describe("the mesh config", () => {
  test("is a good one", () => {
    const { data } = find(base, "ConfigMap", "outrigger-config") as Manifest & {
      readonly data: Record<string, string>;
    };
    const result = parseMeshConfig(data["config.yaml"] ?? "", validateDefaults);
    assert.ok(result.ok);
  });
});

describe("images", () => {
  test("are pinned, each by a tag that does not move", () => {
    for (const name of kustomizations) {
      for (const { spec } of templatesOf(render(name))) {
        for (const { image } of allContainers(spec)) assert.match(image ?? "", /:(\d+\.\d+\.\d+[\w.-]*|dev)$/, name);
      }
    }
  });

  test("the injector's has the version of package.json", () => {
    assert.equal(onlyContainer(deployment).image, `ghcr.io/outrigger-dev/outrigger:${version}`);
  });
});

describe("the examples", () => {
  test("use annotations that exist, with values that are good", () => {
    const owners = render("examples").map(({ metadata }) => metadata.annotations ?? {});
    const templates = templatesOf(render("examples")).map(({ metadata }) => metadata?.annotations ?? {});
    const entries = [...owners, ...templates].flatMap((annotations) => Object.entries(annotations));
    assert.ok(entries.length > 0);
    for (const [key, value] of entries) {
      const suffix = key.replace("outrigger.dev/", "");
      assert.ok(isSettingName(suffix), key);
      assert.ok(parseSetting(suffix, value, key).ok, `${key}: ${value}`);
    }
  });
});

describe("the control plane's Deployment", () => {
  const controlPlane = find(render("overlays/mesh"), "Deployment", "outrigger-control-plane")["spec"] as Deployment;
  const { startupProbe, readinessProbe, livenessProbe } = onlyContainer(controlPlane);

  test("is restarted after a minute without an answer at the soonest: being slow is no reason", () => {
    const { periodSeconds = 0, timeoutSeconds = 0, failureThreshold = 0 } = livenessProbe ?? {};
    assert.ok(periodSeconds * failureThreshold >= 60);
    assert.ok(timeoutSeconds >= 10);
  });

  test("has the probes that docs/discovery.md says it has", () => {
    const page = readFileSync(join(repositoryRoot, "docs/discovery.md"), "utf8");
    for (const [name, probe] of Object.entries({
      startup: startupProbe,
      readiness: readinessProbe,
      liveness: livenessProbe,
    })) {
      const row = new RegExp(`^\\| ${name} +\\| (\\d+) s +\\| (\\d+) s +\\| (\\d+) failures`, "m").exec(page) ?? [];
      assert.deepEqual(
        row.slice(1).map(Number),
        [probe?.periodSeconds, probe?.timeoutSeconds, probe?.failureThreshold],
        name,
      );
    }
  });
});
