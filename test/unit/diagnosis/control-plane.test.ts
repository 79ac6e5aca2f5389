import assert from "node:assert/strict";
import { test } from "node:test";
import type { CertificateSummary } from "../../../src/control-plane/pages/certificate-summary.ts";
import type { ReplicaCertificates } from "../../../src/control-plane/pages/pages.ts";
import { absent, known, unknown } from "../../../src/diagnosis/attempt.ts";
import type { CheckStatus } from "../../../src/diagnosis/check.ts";
import { checkControlPlane } from "../../../src/diagnosis/checks/control-plane.ts";
import type { ControlPlaneFacts } from "../../../src/diagnosis/control-plane-facts.ts";
import type { ProxyRow } from "../../../src/proxies/proxy-list.ts";
import type { LivePod } from "../../../src/workloads/why-not-ready.ts";

const hour = 3_600_000;
const day = 24 * hour;
const now = Date.parse("2026-01-01T00:00:00Z");

/** A certificate that was valid so long ago already and is for so long. */
function certificate(since: number, left: number): CertificateSummary {
  const [notBefore, notAfter] = [new Date(now - since).toISOString(), new Date(now + left).toISOString()];
  return { subject: "", names: [], issuer: "", serialNumber: "1", notBefore, notAfter };
}

function certificates(serverLeft: number, ...roots: readonly number[]): ControlPlaneFacts["certificates"] {
  const value: ReplicaCertificates = {
    server: [certificate(day - serverLeft, serverLeft)],
    roots: roots.map((left) => certificate(day, left)),
  };
  return [{ replica: "cp-1", answer: known(value) }];
}

function pod(nodeName: string): LivePod {
  return { spec: { containers: [], nodeName }, status: { conditions: [{ type: "Ready", status: "True" }] } };
}

function deployment(replicas: number, readyReplicas = replicas): ControlPlaneFacts["replicas"]["deployment"] {
  const status = { replicas, updatedReplicas: replicas, readyReplicas, availableReplicas: readyReplicas };
  return known({ kind: "Deployment", spec: { replicas }, status });
}

const proxy: ProxyRow = { pod: "shop/web", connected: true, refused: [] };
const proxies = (...rows: readonly ProxyRow[]): ControlPlaneFacts["proxies"] => known({ rows, silent: [] });

const sound: ControlPlaneFacts = {
  replicas: { deployment: deployment(2), pods: known([pod("a"), pod("b")]), nodes: known(2) },
  definitions: [{ kind: "MeshTLS", found: known({}) }],
  certificates: certificates(20 * hour, 300 * day),
  problems: [{ replica: "cp-1", answer: known([]) }],
  proxies: proxies(proxy),
};

const problem = {
  object: { kind: "meshTls", key: "shop/web" },
  problems: [{ path: "spec", message: "it is bad", hint: "mend it" }],
} as const;
const refused = [{ name: "http|10.0.0.1:80", version: "v", message: "no" }];

const cases: readonly (readonly [string, Partial<ControlPlaneFacts>, string, CheckStatus, RegExp])[] = [
  ["replicas", {}, "control-plane-ready", "ok", /2 of 2/],
  ["their nodes", {}, "control-plane-spread", "ok", /on 2 nodes/],
  [
    "no Deployment",
    { replicas: { ...sound.replicas, deployment: absent } },
    "control-plane-ready",
    "error",
    /not exist/,
  ],
  [
    "none ready",
    { replicas: { ...sound.replicas, deployment: deployment(2, 0) } },
    "control-plane-ready",
    "error",
    /none/,
  ],
  [
    "one replica",
    { replicas: { ...sound.replicas, deployment: deployment(1) } },
    "control-plane-ready",
    "warning",
    /one/,
  ],
  [
    "a replica that is silent",
    { certificates: [...sound.certificates, { replica: "cp-2", answer: unknown("forbidden") }] },
    "control-plane-answers",
    "warning",
    /not every/,
  ],
  ["a certificate", {}, "control-plane-certificate", "ok", /at least 20 more hours/],
  ["a late one", { certificates: certificates(5 * hour, day) }, "control-plane-certificate", "warning", /5 more hours/],
  ["an old one", { certificates: certificates(-1, day) }, "control-plane-certificate", "error", /expired/],
  ["a root", {}, "mesh-roots", "ok", /300 more days/],
  ["two roots", { certificates: certificates(day, 300 * day, day) }, "mesh-roots", "ok", /300 more days/],
  ["a root near its end", { certificates: certificates(day, 29 * day) }, "mesh-roots", "warning", /29 more days/],
  ["an expired root", { certificates: certificates(day, -day) }, "mesh-roots", "error", /expired/],
  ["no root", { certificates: certificates(day) }, "mesh-roots", "error", /no root/],
  ["sidecars", {}, "sidecars-connected", "ok", /all 1/],
  ["no sidecar", { proxies: proxies() }, "sidecars-connected", "ok", /no pod/],
  [
    "a sidecar that is lost",
    { proxies: proxies(proxy, { ...proxy, connected: false, because: "why" }) },
    "sidecars-connected",
    "warning",
    /1 of 2/,
  ],
  ["sidecars that are unknown", { proxies: unknown("no answer") }, "sidecars-connected", "warning", /no answer/],
  ["what is taken", {}, "sidecars-refusing", "ok", /no sidecar refuses/],
  ["a refusal", { proxies: proxies({ ...proxy, refused }) }, "sidecars-refusing", "warning", /1 of 1/],
  ["the CRDs", {}, "mesh-definitions", "ok", /are installed: MeshTLS/],
  [
    "no CRD",
    { definitions: [{ kind: "MeshTLS", found: absent }] },
    "mesh-definitions",
    "warning",
    /not installed.*: MeshTLS/,
  ],
  [
    "a CRD that is secret",
    { definitions: [{ kind: "MeshTLS", found: unknown("forbidden") }] },
    "mesh-definitions",
    "warning",
    /could not be read: MeshTLS/,
  ],
  ["objects", {}, "mesh-objects", "ok", /every object/],
  ["a bad object", { problems: [{ replica: "a", answer: known([problem]) }] }, "mesh-objects", "warning", /one object/],
];

for (const [what, facts, name, status, message] of cases) {
  test(`the check of the control plane on ${what}`, () => {
    const found = checkControlPlane({ ...sound, ...facts }, now).find((check) => check.name === name);
    assert.equal(found?.status, status, found?.message);
    assert.match(found.message, message);
    assert.equal(found.fix === undefined, status === "ok");
  });
}

test("a control plane that cannot be asked is not judged by what it would say", () => {
  const names = checkControlPlane({ ...sound, certificates: [], problems: [] }, now).map(({ name }) => name);
  assert.ok(!names.includes("mesh-roots") && !names.includes("mesh-objects"));
});

test("what is wrong is told by name", () => {
  const rows = [
    { ...proxy, refused },
    { ...proxy, pod: "shop/lost", connected: false, because: "why" },
  ];
  const facts = { ...sound, proxies: proxies(...rows), problems: [{ replica: "a", answer: known([problem]) }] };
  const details = checkControlPlane(facts, now).flatMap((check) => (check.status === "ok" ? [] : check.details));
  assert.deepEqual(details, [
    "shop/lost: why",
    "shop/web: http|10.0.0.1:80: no",
    "meshTls shop/web: spec: it is bad; mend it",
  ]);
});
