/**
 * Replicas that are stopped or die while pods are created.
 */
import assert from "node:assert/strict";
import { eventually } from "../../eventually.ts";
import { injectorOfFile } from "../injector-of-file.ts";
import { startPodStream } from "../pod-stream.ts";
import { scenario } from "../scenario.ts";

const injector = injectorOfFile({ replicas: 3 });

scenario("replicas: SIGTERM under load ends one in order, and no creation fails", async (context) => {
  const { note } = context;
  const stream = await startPodStream(context);
  await eventually("pods are created", () => stream.created() >= 20, 30_000);
  const stoppedAt = Date.now();
  const code = await injector().replicas()[0]?.stop();
  note(`stopped in ${Date.now() - stoppedAt} ms`);
  const before = stream.created();
  await eventually("more pods", () => stream.created() >= before + 40, 30_000);
  const { created, uninjected, failures } = await stream.stop();
  assert.equal(code, 0);
  assert.deepEqual(failures, []);
  assert.deepEqual(uninjected, []);
  note(`${created} pods created`);
});

scenario("replicas: kill -9 of one costs no pod its sidecar, and who tries again gets it", async (context) => {
  const stream = await startPodStream(context, { retry: true });
  await eventually("pods are created", () => stream.created() >= 20, 30_000);
  const killedAt = Date.now();
  await injector().replicas()[1]?.kill();
  const before = stream.created();
  await eventually("more pods", () => stream.created() >= before + 60, 30_000);
  const { created, uninjected, failures } = await stream.stop();
  assert.deepEqual(uninjected, []);
  // What the process was working on is lost, and connections go to its endpoint until every kube-proxy has heard of its
  // end; the API server asks nobody else instead.
  const late = failures.filter(({ at }) => at > killedAt + 3_000);
  assert.deepEqual(late, []);
  context.note(`${created} pods created, ${failures.length} attempts failed at first`);
});
