import assert from "node:assert/strict";
import { it } from "node:test";
import { createNamespaceStore, namespaceView } from "../../../src/kubernetes/namespaces.ts";
import { captureLogger } from "../../captured-logger.ts";
import { eventually } from "../../eventually.ts";
import { FakeClock } from "../../fake-clock.ts";
import { FakeKubernetes } from "../../fake-kubernetes/server.ts";

it("keeps name, labels and annotations of every namespace", async (t) => {
  const server = new FakeKubernetes();
  t.after(() => server.stop());
  await server.start();
  server.store.create("/api/v1/namespaces", { metadata: { name: "plain" } });
  const store = createNamespaceStore({
    api: server.client(),
    clock: new FakeClock(),
    random: () => 0.5,
    log: captureLogger().log,
  });
  assert.equal(store.get("plain"), undefined);
  store.start();
  t.after(() => {
    store.stop();
  });
  await store.whenSynced();
  assert.deepEqual(store.get("plain"), { name: "plain", labels: {}, annotations: {} });
  server.store.create("/api/v1/namespaces", {
    metadata: { name: "shop", labels: { "outrigger.dev/injection": "enabled" }, annotations: { a: "b" } },
  });
  await eventually("the new namespace is known", () => store.get("shop") !== undefined);
  assert.deepEqual(store.get("shop"), {
    name: "shop",
    labels: { "outrigger.dev/injection": "enabled" },
    annotations: { a: "b" },
  });
});

it("makes a view of an object without metadata", () => {
  assert.deepEqual(namespaceView({}), { name: "", labels: {}, annotations: {} });
});
