import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { readDocuments } from "../../../scripts/manifests/render.ts";
import type { Pod } from "../../../src/kubernetes/pod.ts";
import { selects } from "../../../src/kubernetes/label-selector.ts";
import type { LabelSelector } from "../../../src/kubernetes/label-selector.ts";
import { holds } from "./admission-matching.ts";
import type { MatchCondition, WebhookEntry } from "./admission-matching.ts";
import { find, folder, render } from "./manifests.ts";

interface Policy {
  readonly spec: {
    readonly matchConstraints: { readonly namespaceSelector: LabelSelector };
    readonly matchConditions: readonly MatchCondition[];
    readonly validations: readonly { readonly expression: string; readonly message: string }[];
  };
}

const { spec } = readDocuments(join(folder, "components/require-sidecar/policy.yaml"))[0] as Policy;
const app = { name: "app" };
const proxy = { name: "outrigger-proxy" };

function verdict(pod: Pod): "exempt" | "allowed" | "denied" {
  if (!spec.matchConditions.every(({ expression }) => holds(expression, pod))) return "exempt";
  return spec.validations.every(({ expression }) => holds(expression, pod)) ? "allowed" : "denied";
}

describe("pods of labelled namespaces", () => {
  const rows: readonly (readonly [title: string, pod: Pod, expected: ReturnType<typeof verdict>])[] = [
    ["without sidecar", { spec: { containers: [app] } }, "denied"],
    ["without sidecar, with an init container", { spec: { containers: [app], initContainers: [app] } }, "denied"],
    ["with a native sidecar", { spec: { containers: [app], initContainers: [proxy] } }, "allowed"],
    ["with a classic sidecar", { spec: { containers: [proxy, app] } }, "allowed"],
    ["on the host network", { spec: { containers: [app], hostNetwork: true } }, "exempt"],
    ["on Windows", { spec: { containers: [app], os: { name: "windows" } } }, "exempt"],
    [
      "that opt out by label",
      { metadata: { labels: { "outrigger.dev/inject": "false" } }, spec: { containers: [app] } },
      "exempt",
    ],
    [
      "that opt out by annotation",
      { metadata: { annotations: { "outrigger.dev/inject": "false" } }, spec: { containers: [app] } },
      "exempt",
    ],
    [
      "that mirror a static pod",
      { metadata: { annotations: { "kubernetes.io/config.mirror": "x" } }, spec: { containers: [app] } },
      "exempt",
    ],
    ["of another mesh", { spec: { containers: [app, { name: "istio-proxy" }] } }, "exempt"],
    [
      "of another mesh with native sidecars",
      { spec: { containers: [app], initContainers: [{ name: "linkerd-proxy" }] } },
      "exempt",
    ],
  ];
  for (const [title, pod, expected] of rows) {
    test(`${title}: ${expected}`, () => {
      assert.equal(verdict(pod), expected);
    });
  }
});

test("only labelled namespaces are looked at", () => {
  const { namespaceSelector } = spec.matchConstraints;
  const name = { "kubernetes.io/metadata.name": "shop" };
  assert.ok(selects(namespaceSelector, { ...name, "outrigger.dev/injection": "enabled" }));
  assert.ok(!selects(namespaceSelector, name));
  assert.ok(
    !selects(namespaceSelector, {
      "kubernetes.io/metadata.name": "kube-system",
      "outrigger.dev/injection": "enabled",
    }),
  );
});

test("it exempts by the very expressions of the webhook configuration", () => {
  const installed = find(render("base"), "MutatingWebhookConfiguration", "outrigger-injector");
  const [entry] = installed["webhooks"] as readonly WebhookEntry[];
  const asked = entry?.matchConditions ?? [];
  assert.ok(asked.length > 0);
  for (const condition of asked) {
    const same = spec.matchConditions.find(({ name }) => name === condition.name);
    assert.deepEqual(same, condition);
  }
});
