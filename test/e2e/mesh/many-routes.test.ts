/**
 * A namespace with ten thousand routes: one of them changes while clients call.
 */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { aFewAtATime } from "../a-few-at-a-time.ts";
import { kubernetesClient } from "../kubernetes-client.ts";
import { applicationService } from "../node/application.ts";
import { run } from "../node/running-pods.ts";
import { scenario } from "../scenario.ts";
import { convergedAt, logAnswers, tally } from "./answer-log.ts";
import { applyRoute, parentService, shared, toService, underPrefix } from "./http-routes.ts";
import { routedServiceOfFile } from "./routed-service.ts";
import { settledStatus } from "./route-status.ts";

const web = routedServiceOfFile("many-routes");
const count = 10_000;
/** Services that the routes are of. */
const parents = Array.from({ length: 100 }, (_, index) => `parent-${index}`);

async function createRoutes(): Promise<void> {
  const api = await kubernetesClient();
  const path = `/apis/gateway.networking.k8s.io/v1/namespaces/${web().namespace}/httproutes`;
  await aFewAtATime(count, async (index) => {
    const rules = [{ matches: [underPrefix(`/route-${index}`)], backendRefs: [toService("green")] }];
    await api.ok("POST", path, {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { name: `route-${index}` },
      spec: { parentRefs: [parentService({ name: parents[index % parents.length] })], rules },
    });
  });
}

scenario(
  `many routes: with ${count} of them in a namespace a change reaches every sidecar, without an error`,
  async (context) => {
    const { clients, namespace } = web();
    await run(namespace, ...parents.map((name) => applicationService(name, {}, "blue")));
    await web().use(context, { name: "switch", rules: [shared({ blue: 1 })] });
    const start = performance.now();
    await createRoutes();
    context.note(`created in ${((performance.now() - start) / 1_000).toFixed(1)} s`);
    const [first, last] = [0, count - 1];
    for (const index of [first, last]) {
      const parent = parents[index % parents.length] ?? "";
      await web().answered(`http://${parent}/route-${index}`, "by green", ({ body }) => body.includes(`"pod":"green"`));
    }
    assert.equal((await web().send(`http://${parents[0] ?? ""}/route-1`))[0]?.status, 404, "no rule of this Service");
    context.note(
      `all of them in force ${((performance.now() - start) / 1_000).toFixed(1)} s after the first was created`,
    );
    await settledStatus(namespace, `route-${last}`, (statuses) =>
      statuses.every(({ conditions }) => conditions.every(({ status }) => status === "True")),
    );
    context.note(`and so says the last one's status after ${((performance.now() - start) / 1_000).toFixed(1)} s`);
    const load = { requestsPerSecond: 20, seconds: 30 };
    const logs = Promise.all(clients.map(async (pod) => logAnswers(namespace, pod, "http://web/", load)));
    await sleep(10_000);
    await applyRoute(namespace, { name: "switch", rules: [shared({ green: 1 })] });
    const stored = Date.now();
    const answers = await logs;
    const { blue = 0, green = 0, ...errors } = tally(answers.flat());
    assert.deepEqual(errors, {}, "every request is answered by a backend");
    assert.ok(blue > 0 && green > 0);
    const converged = Math.max(...answers.map((own) => convergedAt(own, "green")));
    context.note(`the last of ${clients.length} sidecars follows ${converged - stored} ms after the change was stored`);
  },
  { timeoutMs: 420_000 },
);
