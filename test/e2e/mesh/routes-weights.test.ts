/**
 * Requests shared out by weight, counted, and while the weights change.
 */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { scenario } from "../scenario.ts";
import { convergedAt, inARow, logAnswers, tally } from "./answer-log.ts";
import type { LoggedAnswer } from "./answer-log.ts";
import { applyRoute, shared } from "./http-routes.ts";
import { routedServiceOfFile } from "./routed-service.ts";

const web = routedServiceOfFile("routes-weights");

async function twoThousandAnswers(): Promise<readonly LoggedAnswer[]> {
  const load = { requestsPerSecond: 200, seconds: 10 };
  return logAnswers(web().namespace, web().clients[0] ?? "", "http://web/", load);
}

/** Whose answers there are, in percent. */
function percentages(answers: readonly LoggedAnswer[]): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(tally(answers)).map(([by, count]) => [by, (100 * count) / answers.length]));
}

scenario("routes: weights of 950 and 50 are kept within two points over 2,000 requests", async (context) => {
  await web().use(context, { name: "canary", rules: [shared({ blue: 950, green: 50 })] });
  const answers = await twoThousandAnswers();
  const { blue = 0, green = 0, ...others } = percentages(answers);
  context.note(`${answers.length} answers: ${blue.toFixed(2)} % by blue, ${green.toFixed(2)} % by green`);
  assert.deepEqual(others, {}, "nobody else answers");
  // Chance alone goes so far once in 25,000 runs.
  assert.ok(Math.abs(green - 5) <= 2, `${green} % instead of 5`);
});

scenario("routes: the share of a missing backend is answered 500, and no request of its sibling's", async (context) => {
  await web().use(context, { name: "half", rules: [shared({ green: 50, nobody: 50 })] });
  const answers = await twoThousandAnswers();
  const { green = 0, "status 500": failed = 0, ...others } = percentages(answers);
  context.note(`${answers.length} answers: ${green.toFixed(2)} % by green, ${failed.toFixed(2)} % are 500`);
  assert.deepEqual(others, {}, "nothing else happens");
  // Five standard deviations.
  assert.ok(Math.abs(failed - 50) < 5.6, `${failed} % instead of 50`);
});

scenario(
  "routes: weights change under load: no error, and no stray request once a sidecar has the new ones",
  async (context) => {
    const { clients, namespace } = web();
    await web().use(context, { name: "switch", rules: [shared({ blue: 100, green: 0 })] });
    // Long, because it takes its time on a busy machine until all clients have started.
    const load = { requestsPerSecond: 50, seconds: 40 };
    const logs = Promise.all(clients.map(async (pod) => logAnswers(namespace, pod, "http://web/", load)));
    await sleep(12_000);
    const applied = Date.now();
    await applyRoute(namespace, { name: "switch", rules: [shared({ blue: 0, green: 100 })] });
    const stored = Date.now();
    const answers = await logs;
    const { blue = 0, green = 0, ...errors } = tally(answers.flat());
    assert.deepEqual(errors, {}, "every request is answered by a backend");
    const converged = answers.map((own) => convergedAt(own, "green"));
    const strays = answers.flatMap((own, client) =>
      own.filter(({ sent, by }) => sent >= (converged[client] ?? 0) && by !== "green"),
    );
    assert.deepEqual(strays, []);
    assert.ok(blue >= clients.length * inARow, "the load had begun before");
    const last = Math.max(...converged);
    context.note(`${blue} answers by blue, then ${green} by green; no error, none astray`);
    context.note(
      `the last of ${clients.length} sidecars follows ${last - applied} ms after kubectl apply began, ${last - stored} ms after it ended`,
    );
  },
  { timeoutMs: 240_000 },
);
