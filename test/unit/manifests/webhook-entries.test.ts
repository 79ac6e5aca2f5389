import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Operation } from "fast-json-patch";
import { readDocuments } from "../../../scripts/manifests/render.ts";
import { applyPatch } from "../../../scripts/manifests/transform.ts";
import type { Manifest } from "../../../scripts/manifests/transform.ts";
import { defaultMeshConfig } from "../../../src/config/defaults.ts";
import type { MeshConfig } from "../../../src/config/schema.ts";
import { decideInjection } from "../../../src/injection/policy.ts";
import type { Decision } from "../../../src/injection/policy.ts";
import type { Pod, PodSpec } from "../../../src/kubernetes/pod.ts";
import { matchingEntries } from "./admission-matching.ts";
import type { NamespaceLike, WebhookEntry } from "./admission-matching.ts";
import { find, folder, render } from "./manifests.ts";

type Configuration = Manifest & { readonly webhooks: readonly WebhookEntry[] };

const installed = find(render("base"), "MutatingWebhookConfiguration", "outrigger-injector") as Configuration;

function withComponent(file: string): Configuration {
  return applyPatch(installed, readDocuments(join(folder, "components", file))[0] as Operation[]) as Configuration;
}

const injectKey = "outrigger.dev/inject";
const namespaceLabel = "outrigger.dev/injection";
const app: PodSpec = { containers: [{ name: "app" }] };

/** Pods that differ in what makes them suitable. */
const kinds: Readonly<
  Record<string, { readonly spec: PodSpec; readonly annotations?: Readonly<Record<string, string>> }>
> = {
  plain: { spec: app },
  "host network": { spec: { ...app, hostNetwork: true } },
  "host network off": { spec: { ...app, hostNetwork: false } },
  windows: { spec: { ...app, os: { name: "windows" } } },
  "windows by node selector": { spec: { ...app, nodeSelector: { "kubernetes.io/os": "windows" } } },
  "linux for all its node selector": {
    spec: { ...app, os: { name: "linux" }, nodeSelector: { "kubernetes.io/os": "windows" } },
  },
  mirror: { spec: app, annotations: { "kubernetes.io/config.mirror": "abc" } },
};

interface Case {
  readonly title: string;
  readonly namespace: NamespaceLike;
  readonly pod: Pod;
}

function optional(key: string, value: string | undefined): Readonly<Record<string, string>> {
  return value === undefined ? {} : { [key]: value };
}

/** Every combination of what the decision depends on; `undefined` where there is no such label or annotation. */
function allCases(): readonly Case[] {
  const values = [undefined, "true", "false", "yes"] as const;
  const cases: Case[] = [];
  for (const name of ["shop", "kube-system", "outrigger-system"]) {
    for (const injection of [undefined, "enabled", "disabled", "enable"]) {
      for (const label of values) {
        for (const annotation of values) {
          for (const [kind, { spec, annotations }] of Object.entries(kinds)) {
            const title = `${name} (${injection ?? "-"}), pod label ${label ?? "-"}, annotation ${annotation ?? "-"}, ${kind}`;
            const metadata = {
              labels: optional(injectKey, label),
              annotations: { ...annotations, ...optional(injectKey, annotation) },
            };
            cases.push({
              title,
              namespace: { name, labels: optional(namespaceLabel, injection) },
              pod: { metadata, spec },
            });
          }
        }
      }
    }
  }
  return cases;
}

function decide({ namespace, pod }: Case, config: MeshConfig = defaultMeshConfig): Decision {
  return decideInjection(
    pod,
    undefined,
    { ...namespace, annotations: {} },
    {
      config,
      configHash: "",
      version: "",
      meshNamespace: "outrigger-system",
      nativeSidecars: true,
      ipFamilies: ["IPv4"],
      drainKey: "",
    },
  );
}

function namesOf(entries: readonly WebhookEntry[]): readonly string[] {
  return entries.map(({ name }) => name.replace(".injection.outrigger.dev", ""));
}

describe("who is asked about", () => {
  const enabled = { [namespaceLabel]: "enabled" };
  const rows: readonly (readonly [
    title: string,
    labels: Record<string, string>,
    pod: Pod,
    entries: readonly string[],
  ])[] = [
    ["a pod of a labelled namespace", enabled, { spec: app }, ["namespace"]],
    ["one without metadata of its own", enabled, { metadata: {}, spec: app }, ["namespace"]],
    ["one that opts out", enabled, { metadata: { labels: { [injectKey]: "false" } }, spec: app }, ["skipped"]],
    [
      "one that opts out by annotation",
      enabled,
      { metadata: { annotations: { [injectKey]: "false" } }, spec: app },
      ["skipped"],
    ],
    [
      "one whose label overrules its annotation",
      enabled,
      { metadata: { labels: { [injectKey]: "true" }, annotations: { [injectKey]: "false" } }, spec: app },
      ["namespace"],
    ],
    ["one on the host network", enabled, { spec: { ...app, hostNetwork: true } }, ["skipped"]],
    ["one of a namespace with a mistyped label", { [namespaceLabel]: "on" }, { spec: app }, ["namespace"]],
    ["one of a disabled namespace", { [namespaceLabel]: "disabled" }, { spec: app }, []],
    [
      "one that asks for it in a disabled namespace",
      { [namespaceLabel]: "disabled" },
      { metadata: { labels: { [injectKey]: "true" } }, spec: app },
      [],
    ],
    ["one of an unlabelled namespace", {}, { spec: app }, []],
    [
      "one of an unlabelled namespace with labels of its own",
      {},
      { metadata: { labels: { app: "a" }, annotations: { "prometheus.io/scrape": "true" } }, spec: app },
      [],
    ],
    ["one that asks for it there", {}, { metadata: { labels: { [injectKey]: "true" } }, spec: app }, ["pod"]],
    [
      "one that asks for it there by annotation",
      {},
      { metadata: { annotations: { [injectKey]: "true" } }, spec: app },
      ["pod"],
    ],
    ["one that mistypes its wish there", {}, { metadata: { labels: { [injectKey]: "yes" } }, spec: app }, ["pod"]],
    [
      "one that mistypes the key there",
      {},
      { metadata: { annotations: { "outrigger.dev/injct": "true" } }, spec: app },
      ["pod"],
    ],
    ["one that opts out there", {}, { metadata: { labels: { [injectKey]: "false" } }, spec: app }, []],
  ];
  for (const [title, labels, pod, entries] of rows) {
    test(title, () => {
      assert.deepEqual(namesOf(matchingEntries(installed.webhooks, { name: "shop", labels }, pod)), entries);
    });
  }
});

function optsOutByLabel({ metadata }: Pod): boolean {
  return metadata?.labels?.[injectKey] === "false";
}

describe("the entries fit the decision, in every combination", () => {
  const cases = allCases();

  test("no pod matches two entries", () => {
    for (const { title, namespace, pod } of cases) {
      assert.ok(matchingEntries(installed.webhooks, namespace, pod).length <= 1, title);
    }
  });

  test("every pod that is injected, or is wrong, is asked about", () => {
    for (const pod of cases) {
      const decision = decide(pod);
      if (!decision.inject && decision.problems.length === 0) continue;
      // Nobody asks for injection there, and the label that says so settles it, whatever else is written.
      if (pod.namespace.labels[namespaceLabel] === undefined && optsOutByLabel(pod.pod)) continue;
      assert.equal(matchingEntries(installed.webhooks, pod.namespace, pod.pod).length, 1, pod.title);
    }
  });

  test("a pod that is skipped never depends on the injector being there", () => {
    for (const pod of cases) {
      const [entry] = matchingEntries(installed.webhooks, pod.namespace, pod.pod);
      const decision = decide(pod);
      if (entry?.failurePolicy !== "Fail" || decision.problems.length > 0) continue;
      assert.ok(decision.inject, pod.title);
    }
  });

  test("in labelled namespaces only mirror pods and those of system namespaces are skipped unasked", () => {
    for (const pod of cases) {
      if (pod.namespace.labels[namespaceLabel] !== "enabled") continue;
      const asked = matchingEntries(installed.webhooks, pod.namespace, pod.pod).length === 1;
      const decision = decide(pod);
      const silent = ["mirror-pod", "system-namespace"].includes(decision.reason) || pod.namespace.name !== "shop";
      assert.equal(asked, !silent, pod.title);
    }
  });

  test("with inject-by-default every pod that the default policy injects is asked about, by one entry", () => {
    const { webhooks } = withComponent("inject-by-default/webhook-entry.yaml");
    const config: MeshConfig = {
      ...defaultMeshConfig,
      injection: { ...defaultMeshConfig.injection, defaultPolicy: "enabled" },
    };
    for (const pod of cases) {
      const matching = matchingEntries(webhooks, pod.namespace, pod.pod);
      assert.ok(matching.length <= 1, pod.title);
      if (decide(pod, config).inject) assert.equal(matching.length, 1, pod.title);
    }
  });

  test("with istio-compatibility pods that ask for injection in Istio's words are asked about", () => {
    const { webhooks } = withComponent("istio-compatibility/match-condition.yaml");
    const namespace = { name: "shop", labels: {} };
    const label: Pod = { metadata: { labels: { "sidecar.istio.io/inject": "true" } }, spec: app };
    const annotation: Pod = { metadata: { annotations: { "sidecar.istio.io/inject": "true" } }, spec: app };
    for (const pod of [label, annotation]) {
      assert.deepEqual(namesOf(matchingEntries(installed.webhooks, namespace, pod)), []);
      assert.deepEqual(namesOf(matchingEntries(webhooks, namespace, pod)), ["pod"]);
    }
    for (const { title, namespace: place, pod } of cases) {
      const [before, after] = [installed.webhooks, webhooks].map((entries) =>
        namesOf(matchingEntries(entries, place, pod)),
      );
      assert.deepEqual(after, before, title);
    }
  });
});

describe("what every entry has in common", () => {
  const { webhooks } = withComponent("inject-by-default/webhook-entry.yaml");
  const shared = {
    admissionReviewVersions: ["v1"],
    matchPolicy: "Equivalent",
    reinvocationPolicy: "IfNeeded",
    sideEffects: "NoneOnDryRun",
    rules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], scope: "Namespaced" }],
  };
  for (const webhook of webhooks as readonly (WebhookEntry & { readonly timeoutSeconds: number })[]) {
    test(webhook.name, () => {
      assert.deepEqual({ ...webhook, ...shared }, webhook);
      assert.ok(webhook.timeoutSeconds <= 5);
    });
  }

  test("conditions of one name have one expression", () => {
    const conditions = webhooks.flatMap(({ matchConditions }) => matchConditions);
    for (const { name, expression } of conditions) {
      assert.equal(expression, conditions.find((condition) => condition.name === name)?.expression, name);
    }
  });

  test("creation fails without the injector in labelled namespaces only", () => {
    const failing = webhooks.filter(({ failurePolicy }) => failurePolicy === "Fail");
    assert.deepEqual(namesOf(failing), ["namespace"]);
  });
});
