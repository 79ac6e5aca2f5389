/** What the status of a TCPRoute says, from the objects to what is written. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readObject } from "../../../src/control-plane/kubernetes/read-object.ts";
import { defaultTranslationSettings } from "../../../src/control-plane/xds/translation-settings.ts";
import { createMeshOfObjects } from "../../../src/serve/mesh-of-objects.ts";
import { captureLogger } from "../../captured-logger.ts";
import { FakeClock } from "../../fake-clock.ts";

const metadata = { name: "db", namespace: "shop", generation: 3 };
const parentRef = { group: "", kind: "Service", name: "db", port: 5432 };
const foreign = { group: "", kind: "Service", name: "vault", namespace: "bank" };
const rules = [{ backendRefs: [{ name: "gone", port: 5432 }] }];

test("a TCPRoute's status says parent by parent what has become of it, and is about its generation", () => {
  const mesh = createMeshOfObjects({
    settings: { trustDomain: "cluster.local", rootNamespace: "outrigger-system", opaquePorts: [] },
    issuer: { certificate: () => undefined, trustBundle: () => "", subscribe: () => () => undefined },
    translation: defaultTranslationSettings,
    clock: new FakeClock(),
    log: captureLogger().log,
    metrics: { faulty: () => undefined },
  });
  const told: string[] = [];
  mesh.statuses.onChange(({ kind, key }) => told.push(`${kind} ${key}`));
  mesh.take([
    readObject("service", "shop/db", { metadata, spec: { clusterIP: "10.96.0.1", ports: [{ port: 5432 }] } }),
    readObject("tcpRoute", "shop/db", { metadata, spec: { parentRefs: [parentRef, foreign], rules } }),
  ]);
  assert.ok(told.includes("tcpRoute shop/db"));
  const due = mesh.statuses.due({ kind: "tcpRoute", key: "shop/db" });
  assert.deepEqual(
    [due?.apiVersion, due?.plural, due?.generation, due?.isTold],
    ["gateway.networking.k8s.io/v1", "tcproutes", 3, false],
  );
  const status = due?.next(undefined, 0) as {
    readonly parents: readonly {
      readonly parentRef: object;
      readonly controllerName: string;
      readonly conditions: readonly { readonly type: string; readonly status: string; readonly reason: string }[];
    }[];
  };
  assert.deepEqual(
    status.parents.map(({ parentRef: parent, controllerName, conditions }) => ({
      parent,
      controllerName,
      conditions: conditions.map(({ type, status: holds, reason }) => `${type}=${holds}/${reason}`),
    })),
    [
      {
        parent: parentRef,
        controllerName: "outrigger.dev/mesh",
        conditions: ["Accepted=True/Accepted", "ResolvedRefs=False/BackendNotFound"],
      },
      {
        parent: foreign,
        controllerName: "outrigger.dev/mesh",
        conditions: ["Accepted=False/ConsumerRouteNotSupported", "ResolvedRefs=False/BackendNotFound"],
      },
    ],
  );
});
