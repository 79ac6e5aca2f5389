/**
 * The API server's audit log tells of every decision, its reason and the mesh config behind it.
 */
import assert from "node:assert/strict";
import { eventually } from "../../eventually.ts";
import { auditEvents } from "../audit-log.ts";
import { currentCluster } from "../cluster.ts";
import { injectorOfFile } from "../injector-of-file.ts";
import { kubernetesClient } from "../kubernetes-client.ts";
import { injectionEnabled } from "../namespaces.ts";
import type { PodOptions } from "../pods.ts";
import { plainPod } from "../pods.ts";
import { scenario } from "../scenario.ts";
import { podsPath } from "../stored-pod.ts";

injectorOfFile({ replicas: 1 });

const auditLog = currentCluster().local?.auditLog;
const notOurs = auditLog === undefined ? "the cluster was not started by scripts/cluster" : undefined;

interface AuditCase {
  readonly name: string;
  readonly pod: PodOptions;
  readonly entry: string;
  readonly decision: string;
  readonly reason: string;
}

const cases: readonly AuditCase[] = [
  { name: "an injected pod", pod: {}, entry: "namespace", decision: "injected", reason: "namespace-enabled" },
  {
    name: "a pod that opts out",
    pod: { labels: { "outrigger.dev/inject": "false" } },
    entry: "skipped",
    decision: "skipped",
    reason: "pod-opt-out",
  },
  {
    name: "a refused pod",
    pod: { annotations: { "outrigger.dev/access-log": "some" } },
    entry: "namespace",
    decision: "rejected",
    reason: "invalid-setting",
  },
];

for (const { name, pod, entry, decision, reason } of cases) {
  scenario(
    `audit: decision, reason and config hash of ${name}`,
    async ({ namespaces }) => {
      const namespace = await namespaces.create(injectionEnabled);
      const client = await kubernetesClient();
      await client.request("POST", podsPath(namespace), plainPod("web", pod));
      let annotations: Readonly<Record<string, string>> = {};
      await eventually("the audit event", async () => {
        const events = await auditEvents(auditLog ?? "", namespace);
        annotations = events.find(({ verb }) => verb === "create")?.annotations ?? {};
        return Object.keys(annotations).length > 0;
      });
      const ours = (key: string): string | undefined => annotations[`${entry}.injection.outrigger.dev/${key}`];
      assert.equal(ours("decision"), decision, JSON.stringify(annotations));
      assert.equal(ours("reason"), reason);
      assert.match(ours("config") ?? "", /^[0-9a-f]{12}$/);
    },
    { impossibleBecause: notOurs },
  );
}
