import assert from "node:assert/strict";
import { test } from "node:test";
import type { NamespaceView } from "../../../src/injection/outcome.ts";
import type { WebhookEntry } from "../../../src/webhook/admission-request.ts";
import { namespaceOfAdmission } from "../../../src/webhook/namespace-of-admission.ts";
import { fakeInject, podNamed, post, reviewOf, testWebhook } from "./webhook-fixture.ts";

const label = "outrigger.dev/injection";

/** What the informer knows, the entry, and the label that then counts. */
const table: readonly (readonly [
  known: Readonly<Record<string, string>> | undefined,
  entry: WebhookEntry,
  label: string | undefined,
])[] = [
  [undefined, "namespace", "enabled"],
  [undefined, "pod", undefined],
  [undefined, "any", undefined],
  [{}, "namespace", "enabled"],
  [{}, "pod", undefined],
  [{}, "any", undefined],
  [{ [label]: "disabled" }, "namespace", "disabled"],
  [{ [label]: "disabled" }, "pod", "disabled"],
  [{ [label]: "enabled" }, "namespace", "enabled"],
  [{ [label]: "enabled" }, "any", "enabled"],
  [{ [label]: "wrong" }, "namespace", "wrong"],
];

for (const [known, entry, expected] of table) {
  const seen = known === undefined ? "unseen" : JSON.stringify(known);
  test(`informer ${seen}, entry ${entry}: ${expected ?? "no label"}`, () => {
    const view = known && { name: "shop", labels: { team: "a", ...known }, annotations: { a: "b" } };
    const namespace = namespaceOfAdmission("shop", entry, () => view);
    assert.equal(namespace.name, "shop");
    assert.equal(namespace.labels[label], expected);
    assert.equal(namespace.labels["team"], view === undefined ? undefined : "a");
    assert.deepEqual(namespace.annotations, view === undefined ? {} : { a: "b" });
  });
}

test("the path of the request decides which entry it is", async () => {
  const seen: NamespaceView[] = [];
  const { app } = testWebhook({
    namespace: () => undefined,
    inject: (pod, namespace, context) => {
      seen.push(namespace);
      return fakeInject(pod, namespace, context);
    },
  });
  for (const path of ["/mutate", "/mutate/namespace", "/mutate/pod"]) await post(app, reviewOf(podNamed("web")), path);
  assert.deepEqual(
    seen.map(({ labels }) => labels),
    [{}, { [label]: "enabled" }, {}],
  );
});
