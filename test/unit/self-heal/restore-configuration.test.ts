/**
 * What is restored of an edited webhook configuration, and what is left to the administrator.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { WebhookEntry } from "../../../src/installation/complete-entry.ts";
import type { RestorePlan } from "../../../src/self-heal/restore-configuration.ts";
import { planRestoration } from "../../../src/self-heal/restore-configuration.ts";
import { shippedForms } from "../../../src/self-heal/shipped-forms.ts";
import { version } from "../../../src/version.ts";
import type { LiveForm } from "./live-form.ts";
import { caBundle, liveForm, mutating, service, shippedForm, validating, withEntry } from "./live-form.ts";

const live = liveForm(shippedForm());

function plan(edited: LiveForm, mayRefuse = true, forms = shippedForms(mutating)): RestorePlan {
  return planRestoration({ live: edited, forms, version, mayRefuse });
}

/** What becomes of an edited configuration. */
function restored(edited: LiveForm, mayRefuse = true): LiveForm {
  const made = plan(edited, mayRefuse);
  assert.equal(made.action, "restore");
  const { labels, webhooks } = made;
  return { ...edited, metadata: { ...edited.metadata, labels }, webhooks };
}

function changesOf(edited: LiveForm): readonly string[] {
  const made = plan(edited);
  return made.action === "restore" ? made.changes : [];
}

const asShipped = { action: "leave", because: "as-shipped" };

describe("a configuration as shipped", () => {
  for (const reference of [mutating, validating]) {
    for (const [index, form] of shippedForms(reference).entries()) {
      test(`${form.kind}, form ${index}: nothing to do, whatever the administrator owns`, () => {
        assert.deepEqual(plan(liveForm(form), true, shippedForms(reference)), asShipped);
      });
    }
  }

  test("is the shipped one of each component", () => {
    assert.equal(shippedForms(mutating).length, 3);
    assert.equal(shippedForms(validating).length, 1);
  });
});

describe("an edit of ours is undone", () => {
  const edits: readonly (readonly [field: string, value: unknown, change: string])[] = [
    ["failurePolicy", "Ignore", 'failurePolicy: "Fail" -> "Ignore"'],
    ["rules", [], "rules[0]: removed"],
    ["namespaceSelector", {}, "namespaceSelector.matchExpressions: removed"],
    ["objectSelector", { matchLabels: { a: "b" } }, 'objectSelector.matchLabels: added {"a":"b"}'],
    ["matchConditions", [], "matchConditions[name=not-mirror-pod]: removed"],
    ["reinvocationPolicy", "Never", 'reinvocationPolicy: "IfNeeded" -> "Never"'],
    ["sideEffects", "None", 'sideEffects: "NoneOnDryRun" -> "None"'],
  ];
  for (const [field, value, change] of edits) {
    test(field, () => {
      const edited = withEntry(live, 0, { [field]: value });
      assert.deepEqual(restored(edited), live);
      const told = changesOf(edited);
      assert.ok(
        told.some((line) => line.startsWith(`namespace.injection.outrigger.dev: ${change}`)),
        told.join("\n"),
      );
    });
  }

  test("a selector where none is shipped", () => {
    const edited = withEntry(live, 1, { objectSelector: { matchLabels: { a: "b" } } });
    assert.deepEqual(restored(edited), live);
  });

  test("the path, with the administrator's address", () => {
    const edited = withEntry(live, 0, { clientConfig: { service: { ...service, path: "/elsewhere" }, caBundle } });
    assert.deepEqual(restored(edited), live);
  });

  test("a label that marks it as ours", () => {
    const edited = { ...live, metadata: { ...live.metadata, labels: { mine: "x" } } };
    assert.deepEqual(restored(edited).metadata?.labels, { ...live.metadata?.labels, mine: "x" });
  });

  test("an entry that is missing, with its neighbours' address and CA", () => {
    const [first, ...others] = live.webhooks;
    const edited = { ...live, webhooks: others };
    const entry = restored(edited).webhooks.at(-1);
    assert.equal(entry?.name, first?.name);
    assert.deepEqual(entry?.["clientConfig"], first?.["clientConfig"]);
    assert.equal(entry?.["failurePolicy"], "Fail");
    assert.deepEqual(changesOf(edited), ["namespace.injection.outrigger.dev: missing"]);
  });

  test("all entries that are missing, at the shipped address", () => {
    const names = restored({ ...live, webhooks: [] }).webhooks.map(({ name }) => name);
    assert.deepEqual(
      names,
      shippedForm().webhooks.map(({ name }) => name),
    );
  });
});

describe("what others own is left alone", () => {
  const mine: WebhookEntry = { name: "mine.example.com", failurePolicy: "Ignore" };
  const entry = live.webhooks[0];
  const cases: Readonly<Record<string, LiveForm>> = {
    "another entry": { ...live, webhooks: [mine, ...live.webhooks] },
    "a timeout": withEntry(live, 0, { timeoutSeconds: 30 }),
    "a URL instead of the Service": withEntry(live, 0, { clientConfig: { url: "https://edge:1/x", caBundle } }),
    "no CA yet": withEntry(live, 0, { clientConfig: { service: { ...service, path: "/mutate/namespace" } } }),
    "further labels and annotations": {
      ...live,
      metadata: {
        ...live.metadata,
        labels: { ...live.metadata?.labels, team: "a" },
        annotations: { "argocd.argoproj.io/tracking-id": "x" },
      },
    },
    "the order of entries": { ...live, webhooks: live.webhooks.toReversed() },
    "the default port, written or not": withEntry(live, 0, {
      clientConfig: {
        ...(entry?.["clientConfig"] as object),
        service: { ...service, port: undefined, path: "/mutate/namespace" },
      },
    }),
  };
  for (const [name, edited] of Object.entries(cases)) {
    test(name, () => {
      assert.deepEqual(plan(edited), asShipped);
    });
  }

  test("while something else is restored", () => {
    const edited = { ...live, webhooks: [mine, ...live.webhooks.slice(1)] };
    assert.deepEqual(restored(edited).webhooks[0], mine);
  });
});

describe("nothing is restored where somebody else has a say", () => {
  const edited = withEntry(live, 0, { rules: [] });
  const withMetadata = (metadata: object): LiveForm => ({ ...edited, metadata: { ...edited.metadata, ...metadata } });
  const cases: readonly (readonly [because: string, form: LiveForm])[] = [
    ["switched-off", withMetadata({ annotations: { "outrigger.dev/self-heal": "false" } })],
    ["other-version", withMetadata({ labels: { "app.kubernetes.io/version": "99.0.0" } })],
    ["unknown-variant", withMetadata({ annotations: { "outrigger.dev/variant": "mine" } })],
    ["being-deleted", withMetadata({ deletionTimestamp: "2026-01-01T00:00:00Z" })],
  ];
  for (const [because, form] of cases) {
    test(because, () => {
      assert.deepEqual(plan(form), { action: "leave", because });
    });
  }
});

describe("the form of a component", () => {
  test("is restored to itself", () => {
    for (const form of shippedForms(mutating)) {
      const formLive = liveForm(form);
      assert.deepEqual(restored(withEntry(formLive, 2, { matchConditions: [] })), formLive);
    }
  });
});

describe("nothing is made to refuse pods while nobody is known to answer", () => {
  const lenient = withEntry(live, 0, { failurePolicy: "Ignore" });

  test("Ignore stays", () => {
    assert.deepEqual(plan(lenient, false), asShipped);
    assert.equal(restored(withEntry(lenient, 0, { rules: [] }), false).webhooks[0]?.["failurePolicy"], "Ignore");
  });

  test("Fail stays as well: an administrator's edit of something else changes nothing about it", () => {
    assert.equal(restored(withEntry(live, 0, { rules: [] }), false).webhooks[0]?.["failurePolicy"], "Fail");
  });

  test("a missing entry comes back with Ignore at first", () => {
    const edited = { ...live, webhooks: live.webhooks.slice(1) };
    const once = restored(edited, false);
    assert.equal(once.webhooks.at(-1)?.["failurePolicy"], "Ignore");
    assert.equal(restored(once).webhooks.at(-1)?.["failurePolicy"], "Fail");
  });
});

describe("entries that are missing, where it is known what they were like", () => {
  test("come back with their own address, timeout and CA, all of them", () => {
    const emptied = { ...live, webhooks: [] };
    const made = planRestoration({
      live: emptied,
      before: live,
      forms: shippedForms(mutating),
      version,
      mayRefuse: true,
    });
    const { webhooks } = made as Extract<RestorePlan, { action: "restore" }>;
    const withoutFuture = live.webhooks.map(({ fieldOfTheFuture: _, ...entry }) => entry);
    for (const [index, entry] of webhooks.entries()) {
      assert.deepEqual({ ...withoutFuture[index], ...entry }, withoutFuture[index]);
    }
    assert.equal(webhooks.length, live.webhooks.length);
  });
});
