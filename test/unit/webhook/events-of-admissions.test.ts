import assert from "node:assert/strict";
import { test } from "node:test";
import { podNamed, post, reviewOf, testWebhook } from "./webhook-fixture.ts";

const replicaSet = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-5d9c", uid: "owner-uid", namespace: "shop" };

async function eventsOf(object: unknown, request: object = {}, path?: string) {
  const { app, events } = testWebhook();
  await post(app, reviewOf(object, request), path);
  return events;
}

test("an injected pod: Injected, on its controller", async () => {
  assert.deepEqual(await eventsOf(podNamed("web")), [
    {
      type: "Normal",
      reason: "Injected",
      message: "sidecar injected: the namespace is labelled outrigger.dev/injection: enabled",
      target: replicaSet,
    },
  ]);
});

test("a skipped pod that a selector chose: InjectionSkipped with its reason", async () => {
  for (const path of ["/mutate/namespace", "/mutate/pod"]) {
    const [event] = await eventsOf(podNamed("skipped"), {}, path);
    assert.equal(event?.reason, "InjectionSkipped");
    assert.match(event.message, /^not injected \(host-network\): the pod uses the node's network/);
  }
});

test("a skipped pod that nobody chose: nothing", async () => {
  assert.deepEqual(await eventsOf(podNamed("skipped"), {}, "/mutate"), []);
  assert.deepEqual(await eventsOf(podNamed("unasked")), []);
});

test("a rejected pod: InjectionFailed with what to fix", async () => {
  const [event] = await eventsOf(podNamed("rejected"));
  assert.equal(event?.type, "Warning");
  assert.equal(event.reason, "InjectionFailed");
  assert.match(
    event.message,
    /^pod refused \(invalid-setting\): metadata\.annotations\["outrigger\.dev\/proxy-cpu-limit"\]/,
  );
});

test("under dryRun: nothing, whatever becomes of the pod", async () => {
  for (const name of ["web", "skipped", "rejected", "broken"]) {
    assert.deepEqual(await eventsOf(podNamed(name), { dryRun: true }), []);
  }
});

test("a re-invocation that changes nothing: nothing", async () => {
  const { app, events } = testWebhook({ createPatch: () => [] });
  await post(app, reviewOf(podNamed("web")));
  assert.deepEqual(events, []);
});

test("a bare pod: on the pod by its name, without a uid", async () => {
  const [event] = await eventsOf({ kind: "Pod", metadata: { name: "web" }, spec: {} });
  assert.deepEqual(event?.target, { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "web" });
});

test("a bare pod without a name: by its generateName", async () => {
  const [event] = await eventsOf({ kind: "Pod", metadata: { generateName: "web-" }, spec: {} });
  assert.equal(event?.target.name, "web-");
});

test("owner references that are not what they should be are passed over", async () => {
  const owners = [
    null,
    "x",
    [],
    {},
    { controller: true },
    { controller: true, kind: 1, apiVersion: "v1", name: "a", uid: "b" },
  ];
  const [event] = await eventsOf({ kind: "Pod", metadata: { name: "web", ownerReferences: owners }, spec: {} });
  assert.equal(event?.target.kind, "Pod");
  const [other] = await eventsOf({ kind: "Pod", metadata: { name: "web", ownerReferences: { a: 1 } }, spec: {} });
  assert.equal(other?.target.kind, "Pod");
});

test("a message is never longer than Events allow", async () => {
  const { app, events } = testWebhook({
    inject: () => ({
      result: "rejected",
      reason: "invalid-setting",
      problems: [{ path: "p", message: "m".repeat(10_000), hint: "h" }],
      warnings: [],
    }),
  });
  await post(app, reviewOf(podNamed("web")));
  assert.ok((events[0]?.message.length ?? 0) <= 1_000);
});
