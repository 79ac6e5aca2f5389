import assert from "node:assert/strict";
import { test } from "node:test";
import { issueAuthority } from "../../../src/certificates/issue.ts";
import type { WebhookConfiguration } from "../../../src/certificates/webhook-configuration.ts";
import { absent, known, unknown } from "../../../src/diagnosis/attempt.ts";
import type { Check, CheckStatus } from "../../../src/diagnosis/check.ts";
import {
  checkAuthorityLifetime,
  checkServingCertificates,
  readExpiry,
} from "../../../src/diagnosis/checks/certificates.ts";
import { checkInForce, checkMeshConfig } from "../../../src/diagnosis/checks/mesh-config.ts";
import { checkReplicas, checkSpread, checkVersion } from "../../../src/diagnosis/checks/replicas.ts";
import { checkAnswer, checkBundles, checkConfiguration } from "../../../src/diagnosis/checks/webhook.ts";
import type { ProbeResult } from "../../../src/diagnosis/probe-webhook.ts";
import type { InjectorDeployment } from "../../../src/diagnosis/read-cluster.ts";
import type { ShippedConfiguration } from "../../../src/installation/render-installation.ts";
import { shippedConfigurations } from "../../../src/installation/render-installation.ts";
import type { LivePod } from "../../../src/workloads/why-not-ready.ts";

type Case = readonly [what: string, check: Check | undefined, status: CheckStatus, message: RegExp];

const day = 86_400_000;
const now = Date.parse("2026-11-24T00:00:00Z");
const old = await issueAuthority(1, now - 400 * day, 401 * day);
const young = await issueAuthority(2, now, 365 * day);

function deployment(
  replicas: number,
  ready: number,
  image = "ghcr.io/outrigger-dev/outrigger:0.1.0",
): InjectorDeployment {
  const status = { replicas, updatedReplicas: replicas, readyReplicas: ready, availableReplicas: ready };
  return { kind: "Deployment", spec: { replicas, template: { spec: { containers: [{ image }] } } }, status };
}

function pod(nodeName: string): LivePod {
  return { spec: { containers: [], nodeName }, status: { conditions: [{ type: "Ready", status: "True" }] } };
}

const replicas = (
  found: InjectorDeployment,
  pods: readonly LivePod[] = [],
  nodes = 3,
): Parameters<typeof checkReplicas>[0] => ({
  deployment: known(found),
  pods: known(pods),
  nodes: known(nodes),
});

function bundles(...pems: readonly string[]): WebhookConfiguration {
  return {
    webhooks: pems.map((pem, index) => ({
      name: `entry-${index}`,
      clientConfig: { caBundle: Buffer.from(pem).toString("base64") },
    })),
  };
}

const [validating, mutating] = ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"].map((kind) =>
  shippedConfigurations().find(({ object }) => object.kind === kind),
) as [ShippedConfiguration, ShippedConfiguration];
const live = mutating.object as WebhookConfiguration;
const answer = (result: ProbeResult): Check => checkAnswer(known({ namespace: "shop", result }));
const injected = { state: "injected", version: "0.1.0", configHash: "abc" } as const;

const cases: readonly Case[] = [
  ["replicas that are ready", checkReplicas(replicas(deployment(2, 2))), "ok", /2 of 2/],
  ["a single replica", checkReplicas(replicas(deployment(1, 1))), "warning", /only one replica/],
  ["a replica that is not ready", checkReplicas(replicas(deployment(2, 1))), "warning", /1 of 2/],
  ["no replica that is ready", checkReplicas(replicas(deployment(2, 0))), "error", /none of 2/],
  ["no Deployment", checkReplicas({ ...replicas(deployment(2, 2)), deployment: absent }), "error", /does not exist/],
  [
    "a Deployment that is secret",
    checkReplicas({ ...replicas(deployment(2, 2)), deployment: unknown("no") }),
    "warning",
    /no/,
  ],
  ["two nodes", checkSpread(replicas(deployment(2, 2), [pod("a"), pod("b")]))[0], "ok", /on 2 nodes/],
  ["one node of three", checkSpread(replicas(deployment(2, 2), [pod("a"), pod("a")]))[0], "warning", /on one node/],
  ["the only node", checkSpread(replicas(deployment(2, 2), [pod("a"), pod("a")], 1))[0], "ok", /the only node/],
  ["the same version", checkVersion(known(deployment(2, 2)), "0.1.0")[0], "ok", /0\.1\.0/],
  ["another version", checkVersion(known(deployment(2, 2)), "0.2.0")[0], "warning", /injector is version 0\.1\.0/],
  ["a configuration as shipped", checkConfiguration({ shipped: mutating, found: known(live) }), "ok", /as shipped/],
  ["no configuration", checkConfiguration({ shipped: mutating, found: absent }), "error", /no pod gets a sidecar/],
  ["no advisory configuration", checkConfiguration({ shipped: validating, found: absent }), "warning", /warned/],
  [
    "a configuration without entries",
    checkConfiguration({ shipped: mutating, found: known({}) }),
    "error",
    /not as shipped/,
  ],
  ["bundles that trust", checkBundles([bundles(young.certificate)], known(young.certificate))[0], "ok", /trusts/],
  [
    "a bundle of another CA",
    checkBundles([bundles(old.certificate)], known(young.certificate))[0],
    "error",
    /do not trust/,
  ],
  ["an empty bundle", checkBundles([bundles(young.certificate, "")], known(young.certificate))[0], "error", /do not/],
  ["a CA that is secret", checkBundles([bundles(old.certificate)], unknown("forbidden"))[0], "ok", /could not be read/],
  ["a CA for a year", checkAuthorityLifetime([bundles(young.certificate)], now)[0], "ok", /364|365/],
  ["a CA for a day", checkAuthorityLifetime([bundles(old.certificate)], now)[0], "warning", /for [01] more days/],
  ["the older of two", checkAuthorityLifetime([bundles(old.certificate + young.certificate)], now)[0], "ok", /36\d/],
  ["a CA that has expired", checkAuthorityLifetime([bundles(old.certificate)], now + 9 * day)[0], "error", /expired/],
  [
    "a serving certificate",
    checkServingCertificates([{ pod: "a", notAfter: known(now + day) }], now)[0],
    "ok",
    /24 more/,
  ],
  [
    "one for an hour",
    checkServingCertificates([{ pod: "a", notAfter: known(now + day / 24) }], now)[0],
    "warning",
    /1 more/,
  ],
  [
    "one that has expired",
    checkServingCertificates([{ pod: "a", notAfter: known(now - day) }], now)[0],
    "error",
    /expired/,
  ],
  ["an answer", answer(injected), "ok", /came back with its sidecar/],
  ["an answer that refuses", answer({ state: "denied", message: "bad label" }), "warning", /bad label/],
  ["no answer", answer({ state: "unanswered", message: "timeout" }), "error", /no answer .*timeout/],
  ["a pod as it was", answer({ state: "untouched" }), "error", /without a sidecar/],
  ["a quota", answer({ state: "inconclusive", message: "exceeded quota" }), "warning", /somebody else: exceeded quota/],
  ["nowhere to try", checkAnswer(known(undefined)), "warning", /no namespace to try it in/],
  ["no mesh config", checkMeshConfig(absent), "error", /does not exist/],
  ["a mesh config with a problem", checkMeshConfig(known({ ok: false, problems: [] })), "error", /not valid/],
  ["a config in force", checkInForce(known({ namespace: "a", result: injected }), "abc", "0.1.0")[0], "ok", /abc/],
  [
    "one that is not yet",
    checkInForce(known({ namespace: "a", result: injected }), "x", "0.1.0")[0],
    "warning",
    /another/,
  ],
];

for (const [what, check, status, message] of cases) {
  test(`${what}: ${status}`, () => {
    assert.equal(check?.status, status);
    assert.match(check.message, message);
    assert.equal(check.fix === undefined, status === "ok", "what is wrong has a fix, and only that");
  });
}

test("of what is not known nothing is said", () => {
  assert.deepEqual(checkInForce(known({ namespace: "a", result: injected }), "x", "0.2.0"), []);
  assert.deepEqual(checkAuthorityLifetime([bundles("")], now), []);
  assert.deepEqual(checkServingCertificates([{ pod: "a", notAfter: unknown("forbidden") }], now), []);
  assert.deepEqual(checkVersion(known(deployment(2, 2, "outrigger:latest")), "0.1.0"), []);
  assert.deepEqual(checkSpread(replicas(deployment(1, 1), [pod("a")])), []);
});

test("a replica's metrics tell when its certificate expires", () => {
  const metrics = [
    "# TYPE outrigger_certificate_expiry_timestamp_seconds gauge",
    'outrigger_certificate_expiry_timestamp_seconds{certificate="ca"} 1900000000',
    'outrigger_certificate_expiry_timestamp_seconds{certificate="serving"} 1795000000',
  ].join("\n");
  assert.equal(readExpiry(metrics), 1_795_000_000_000);
  assert.equal(readExpiry("up 1"), undefined);
});
