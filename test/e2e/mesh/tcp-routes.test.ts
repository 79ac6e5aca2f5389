/**
 * TCP connections shared out by a TCPRoute, to servers that speak first: counted, while weights change, and refused.
 */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../../eventually.ts";
import { kubectlOk } from "../kubectl.ts";
import { applicationPorts, applicationService } from "../node/application.ts";
import { execOk } from "../node/running-pods.ts";
import type { ScenarioContext } from "../scenario.ts";
import { scenario } from "../scenario.ts";
import { parentService } from "./http-routes.ts";
import { inShort, settledStatus } from "./route-status.ts";
import { routedServiceOfFile } from "./routed-service.ts";
import { showMeshOnFailure } from "./show-mesh.ts";

const port = 9000;
const patienceMs = 30_000;
const ports = [{ name: "tcp-greeting", port, targetPort: applicationPorts.serverFirst }];
const web = routedServiceOfFile("tcp-routes", [
  applicationService("mail", { ports }, "blue"),
  applicationService("mail-blue", { ports }, "blue"),
  applicationService("mail-green", { ports }, "green"),
]);

type Counts = Readonly<Record<string, number>>;

/** Who has greeted so many connections to `mail` of the first client; with `seconds`, each is used for so long. */
async function dial(count: number, seconds?: number): Promise<Counts> {
  const words = [count, ...(seconds === undefined ? [] : [seconds])].map(String);
  const command = ["node", "/app/dial.ts", "mail", `${port}`, ...words];
  const place = { namespace: web().namespace, pod: web().clients[0] ?? "", container: "app" };
  return JSON.parse(await execOk(place, command, ((seconds ?? 0) + 60) * 1_000)) as Counts;
}

/** Resolves when new connections are answered like this. */
async function answered(what: string, isSo: (counts: Counts) => boolean): Promise<void> {
  await eventually(`connections are answered ${what}`, async () => isSo(await dial(16)), patienceMs);
}

const onlyBy =
  (pod: string) =>
  (counts: Counts): boolean =>
    Object.keys(counts).join() === pod;

async function apply(name: string, weights: Readonly<Record<string, number>>): Promise<void> {
  const backendRefs = Object.entries(weights).map(([backend, weight]) => ({ name: backend, port, weight }));
  const spec = { parentRefs: [parentService({ name: "mail", port })], rules: [{ backendRefs }] };
  const input = { apiVersion: "gateway.networking.k8s.io/v1", kind: "TCPRoute", metadata: { name }, spec };
  await kubectlOk(["-n", web().namespace, "apply", "-f", "-"], { input });
}

/** Deletes the route once the scenario ends, and waits until the Service's own pod answers again. */
function cleanUpRoute(context: ScenarioContext, name: string): void {
  showMeshOnFailure(context, web().namespace);
  context.cleanUp(async () => {
    await kubectlOk(["-n", web().namespace, "delete", "tcproute", name, "--ignore-not-found"]);
    await answered(`as without ${name}`, onlyBy("blue"));
  });
}

/** Five standard deviations: chance alone goes so far once in a million runs. */
function assertShare(counts: Counts, who: string, share: number): void {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const bound = 5 * Math.sqrt(all * share * (1 - share));
  assert.ok(Math.abs((counts[who] ?? 0) - all * share) <= bound, `${JSON.stringify(counts)}: not ${share} by ${who}`);
}

scenario("tcp routes: a tenth of the connections goes to the canary", async (context) => {
  cleanUpRoute(context, "canary");
  await apply("canary", { "mail-blue": 90, "mail-green": 10 });
  await answered("by green as well", ({ green = 0 }) => green > 0);
  const counts = await dial(1_000);
  context.note(JSON.stringify(counts));
  assert.deepEqual(Object.keys(counts).toSorted(), ["blue", "green"]);
  assertShare(counts, "green", 0.1);
  const [status] = await settledStatus(web().namespace, "canary", undefined, "tcproute");
  assert.equal(status && inShort(status), "Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs");
});

scenario(
  "tcp routes: from blue to green and back; connections that are open stay where they are",
  async (context) => {
    cleanUpRoute(context, "switch");
    await apply("switch", { "mail-blue": 100, "mail-green": 0 });
    await settledStatus(web().namespace, "switch", undefined, "tcproute");
    await answered("by blue", onlyBy("blue"));
    const held = dial(12, 40);
    await sleep(3_000);
    await apply("switch", { "mail-blue": 0, "mail-green": 100 });
    await answered("by green", onlyBy("green"));
    assert.deepEqual(await dial(200), { green: 200 });
    await apply("switch", { "mail-blue": 100, "mail-green": 0 });
    await answered("by blue", onlyBy("blue"));
    assert.deepEqual(await held, { blue: 12 }, "no connection is cut");
  },
  { timeoutMs: 240_000 },
);

scenario("tcp routes: the share of a missing backend is refused, and its status says so", async (context) => {
  cleanUpRoute(context, "half");
  await apply("half", { "mail-green": 50, "mail-gone": 50 });
  await answered("by green", ({ green = 0 }) => green > 0);
  const counts = await dial(600);
  context.note(JSON.stringify(counts));
  assert.deepEqual(Object.keys(counts).toSorted(), ["green", "refused"]);
  assertShare(counts, "refused", 0.5);
  const [status] = await settledStatus(web().namespace, "half", undefined, "tcproute");
  assert.equal(status && inShort(status), "Accepted=True/Accepted ResolvedRefs=False/BackendNotFound");
});
