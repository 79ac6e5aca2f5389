/**
 * The namespace in which the injector tries whether it is reachable.
 */
import assert from "node:assert/strict";
import { evaluate } from "@marcbachmann/cel-js";
import { describe, test } from "node:test";
import { probeNamespace } from "../../../src/installation/names.ts";
import type { Manifest } from "../../../scripts/manifests/transform.ts";
import { defaultMeshConfig } from "../../../src/config/defaults.ts";
import { probeNamespaces } from "../../../src/diagnosis/probe-webhook.ts";
import { version } from "../../../src/version.ts";
import { find, render } from "./manifests.ts";

interface Policy extends Manifest {
  readonly spec: {
    readonly matchConstraints: { readonly namespaceSelector: object };
    readonly validations: readonly { readonly expression: string }[];
  };
}

const base = render("base");
const namespace = find(base, "Namespace", probeNamespace);
const policy = find(base, "ValidatingAdmissionPolicy", probeNamespace) as Policy;

describe("the namespace for probes", () => {
  test("is one whose pods are injected", () => {
    const context = {
      config: defaultMeshConfig,
      configHash: "",
      version,
      meshNamespace: "outrigger-system",
      nativeSidecars: true,
      ipFamilies: ["IPv4"] as const,
      drainKey: "",
    };
    const { name, labels = {} } = namespace.metadata;
    assert.deepEqual(probeNamespaces([{ name, labels, annotations: {} }], context), [probeNamespace]);
  });

  test("takes dry runs only", () => {
    const [{ expression } = { expression: "" }] = policy.spec.validations;
    for (const [request, admitted] of [
      [{ dryRun: true }, true],
      [{ dryRun: false }, false],
      [{}, false],
    ] as const) {
      assert.equal(evaluate(expression, { request }), admitted);
    }
    assert.deepEqual(policy.spec.matchConstraints.namespaceSelector, {
      matchLabels: { "kubernetes.io/metadata.name": probeNamespace },
    });
  });

  test("is created before the injector looks for it", () => {
    const order = base.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    assert.ok(order.indexOf(`Namespace/${probeNamespace}`) < order.indexOf("Deployment/outrigger-injector"));
  });
});

describe("webhook configurations", () => {
  for (const kind of ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]) {
    test(`${kind}: says of which version it is, and that it is looked after`, () => {
      const { labels, annotations } = find(base, kind, "outrigger-injector").metadata;
      assert.equal(labels?.["app.kubernetes.io/version"], version);
      assert.equal(annotations?.["outrigger.dev/self-heal"], "true");
    });
  }
});
