/**
 * The status of routes, and that requests are treated as it says. The Gateway API's own suite does not look at it for meshes.
 */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { kubectlOk } from "../kubectl.ts";
import { createTestNamespaces, injectionEnabled } from "../namespaces.ts";
import { applicationPod, applicationService } from "../node/application.ts";
import { run } from "../node/running-pods.ts";
import { scenario } from "../scenario.ts";
import { isFrom, parentService, toService, underPrefix } from "./http-routes.ts";
import type { Answer } from "./http-routes.ts";
import { inShort, settledStatus } from "./route-status.ts";
import type { ParentStatus } from "./route-status.ts";
import { routedServiceOfFile } from "./routed-service.ts";

const web = routedServiceOfFile("routes-status");
const namespaces = createTestNamespaces("routes-far");
let other = "";

before(async () => {
  other = await namespaces.create(injectionEnabled);
});
after(async () => namespaces.deleteAll());

interface StatusCase {
  /** `web`, unless given. */
  readonly parents?: readonly object[];
  readonly backend: object;
  /** Conditions at each parent. */
  readonly conditions: readonly string[];
  /** The answer to a request for the path of the route's name. */
  readonly answer: number;
}

const good = "Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs";

const cases: Readonly<Record<string, StatusCase>> = {
  good: { backend: toService("green"), conditions: [good], answer: 200 },
  "no-such-backend": {
    backend: toService("nobody"),
    conditions: ["Accepted=True/Accepted ResolvedRefs=False/BackendNotFound"],
    answer: 500,
  },
  "no-such-backend-port": {
    backend: toService("green", { port: 81 }),
    conditions: ["Accepted=True/Accepted ResolvedRefs=False/BackendNotFound"],
    answer: 500,
  },
  "no-service": {
    backend: { kind: "ConfigMap", name: "green", port: 80 },
    conditions: ["Accepted=True/Accepted ResolvedRefs=False/InvalidKind"],
    answer: 500,
  },
  "one-parent-of-two": {
    parents: [
      parentService({ name: "web", sectionName: "nothing" }),
      parentService({ name: "web", sectionName: "http" }),
    ],
    backend: toService("green"),
    conditions: ["Accepted=False/NoMatchingParent ResolvedRefs=True/ResolvedRefs", good],
    answer: 200,
  },
};

scenario(
  "routes: their status says what is wrong at which parent, and requests are answered accordingly",
  async (context) => {
    const names = Object.keys(cases);
    for (const [name, { parents, backend }] of Object.entries(cases)) {
      const rules = [{ matches: [underPrefix(`/${name}`)], backendRefs: [backend] }];
      await web().use(context, { name, rules, ...(parents === undefined ? {} : { parents }) });
    }
    const found: Record<string, readonly string[]> = {};
    for (const name of names) found[name] = (await settledStatus(web().namespace, name)).map(inShort);
    assert.deepEqual(found, Object.fromEntries(names.map((name) => [name, cases[name]?.conditions])));
    const answers = await web().send(...names.map((name) => `http://web/${name}`));
    const statuses = Object.fromEntries(names.map((name, index) => [name, answers[index]?.status]));
    assert.deepEqual(statuses, Object.fromEntries(names.map((name) => [name, cases[name]?.answer])));
  },
);

scenario("routes: each status names the controller and the parent, as the route writes it", async (context) => {
  const parents = [parentService({ name: "web", port: 80 }), parentService({ name: "green" })];
  await web().use(context, { name: "two-parents", parents, rules: [{ backendRefs: [toService("green")] }] });
  const status = await settledStatus(web().namespace, "two-parents");
  assert.deepEqual(
    status.map(({ parentRef }) => parentRef),
    parents,
  );
  assert.deepEqual([...new Set(status.map(({ controllerName }) => controllerName))], ["outrigger.dev/mesh"]);
});

/** Of a namespace `from`, to every Service. */
function referenceGrant(from: string): object {
  const spec = {
    from: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: from }],
    to: [{ group: "", kind: "Service" }],
  };
  const metadata = { name: "from-routes" };
  return { apiVersion: "gateway.networking.k8s.io/v1beta1", kind: "ReferenceGrant", metadata, spec };
}

function says(expected: string): (parents: readonly ParentStatus[]) => boolean {
  return (parents) => parents.every((parent) => inShort(parent) === expected);
}

scenario(
  "routes: a backend of another namespace is used while a ReferenceGrant allows it, and at no other time",
  async (context) => {
    await run(other, applicationPod("far"), applicationService("far"));
    const { namespace } = web();
    const refused = "Accepted=True/Accepted ResolvedRefs=False/RefNotPermitted";
    const isRefused = ({ status }: Answer): boolean => status === 500;
    await web().use(context, { name: "far", rules: [{ backendRefs: [toService("far", { namespace: other })] }] });
    await settledStatus(namespace, "far", says(refused));
    assert.deepEqual((await web().send("http://web/")).map(isRefused), [true]);
    await kubectlOk(["-n", other, "apply", "-f", "-"], { input: referenceGrant(namespace) });
    await settledStatus(namespace, "far", says(good));
    await web().answered("http://web/", "by far", isFrom("far"));
    await kubectlOk(["-n", other, "delete", "referencegrant", "from-routes"]);
    await settledStatus(namespace, "far", says(refused));
    await web().answered("http://web/", "500", isRefused);
  },
);
