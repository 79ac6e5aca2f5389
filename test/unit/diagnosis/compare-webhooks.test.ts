import assert from "node:assert/strict";
import { test } from "node:test";
import { compareWebhooks } from "../../../src/diagnosis/compare-webhooks.ts";
import type { WebhookEntries } from "../../../src/diagnosis/compare-webhooks.ts";
import type { WebhookEntry } from "../../../src/installation/complete-entry.ts";
import { shippedConfigurations } from "../../../src/installation/render-installation.ts";

const mutating = shippedConfigurations().find(({ object }) => object.kind === "MutatingWebhookConfiguration");
const forms = (mutating?.forms ?? []) as readonly WebhookEntries[];
const [shipped = {}] = forms;

/** The shipped configuration with one entry changed, as the API server would store it. */
function changed(change: (entry: WebhookEntry) => WebhookEntry | undefined): WebhookEntries {
  const [first, ...others] = shipped.webhooks ?? [];
  const entry = first === undefined ? undefined : change(first);
  return { webhooks: entry === undefined ? others : [entry, ...others] };
}

test("every shipped form, with what the API server fills in and the injector writes", () => {
  for (const form of forms) {
    const live = (form.webhooks ?? []).map((entry) => ({
      objectSelector: {},
      matchConditions: [],
      ...entry,
      clientConfig: { ...(entry["clientConfig"] as object), caBundle: "QQ==" },
    }));
    assert.deepEqual(compareWebhooks({ webhooks: live }, forms), []);
  }
});

const name = "namespace.injection.outrigger.dev";
const cases: readonly (readonly [string, (entry: WebhookEntry) => WebhookEntry | undefined, readonly string[]])[] = [
  [
    "another failure policy",
    (entry) => ({ ...entry, failurePolicy: "Ignore" }),
    [`${name}: failurePolicy: "Fail" -> "Ignore"`],
  ],
  ["an entry that is gone", () => undefined, [`${name}: missing`]],
  [
    "an entry that is renamed",
    (entry) => ({ ...entry, name: "other" }),
    [`${name}: missing`, "other: not an entry that is shipped"],
  ],
  [
    "another port",
    (entry) => ({ ...entry, clientConfig: { service: { ...shippedService, port: 8443 } } }),
    [`${name}: clientConfig.service.port: 443 -> 8443`],
  ],
  [
    "a selector that is gone",
    ({ namespaceSelector: _gone, ...entry }) => entry,
    [`${name}: namespaceSelector.matchExpressions: removed …`],
  ],
];

const shippedService = {
  name: "outrigger-injector",
  namespace: "outrigger-system",
  path: "/mutate/namespace",
};

for (const [what, change, expected] of cases) {
  test(`tells ${what}`, () => {
    assert.deepEqual(compareWebhooks(changed(change), forms), expected);
  });
}
