/**
 * The status of MeshTLS objects, from the objects in an API server to what is written to it.
 */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { createMeshTlsLedger } from "../../../../src/control-plane/kubernetes/mesh-tls-ledger.ts";
import type { MeshTlsReporter } from "../../../../src/control-plane/kubernetes/mesh-tls-reporter.ts";
import { createMeshTlsReporter } from "../../../../src/control-plane/kubernetes/mesh-tls-reporter.ts";
import { readObject, removedObject } from "../../../../src/control-plane/kubernetes/read-object.ts";
import type { NamespacedName } from "../../../../src/control-plane/model/workload.ts";
import type { KubernetesObject } from "../../../../src/kubernetes/api.ts";
import type { CapturedLogger } from "../../../captured-logger.ts";
import { captureLogger } from "../../../captured-logger.ts";
import { eventually } from "../../../eventually.ts";
import { FakeClock } from "../../../fake-clock.ts";
import { FakeKubernetes } from "../../../fake-kubernetes/server.ts";

const collection = (namespace: string): string => `/apis/outrigger.dev/v1alpha1/namespaces/${namespace}/meshtls`;

describe("the reporter of MeshTLS objects", () => {
  let server: FakeKubernetes;
  let clock: FakeClock;
  let logger: CapturedLogger;
  let reporter: MeshTlsReporter;
  let leads: boolean;
  /** `<path>?<field manager> <reason>`, in order. */
  let written: string[];
  let unwritable: ReadonlySet<string>;
  const ledger = createMeshTlsLedger();

  beforeEach(async () => {
    server = new FakeKubernetes();
    clock = new FakeClock();
    logger = captureLogger();
    [leads, written, unwritable] = [true, [], new Set()];
    server.answer = ({ method, path, query }, body) => (method === "PATCH" ? write(path, query, body) : undefined);
    server.fault = ({ method, path }) => (method === "PATCH" && unwritable.has(path) ? 500 : undefined);
    await server.start();
    reporter = createMeshTlsReporter({
      api: server.client(),
      clock,
      random: () => 0.5,
      log: logger.log,
      leads: () => leads,
      verdict: (key) => {
        const known = ledger.get(key);
        return (
          known && { ...known, problems: known.understood ? [] : [{ path: "spec", message: "bad", hint: "mend" }] }
        );
      },
    });
  });

  afterEach(async () => {
    reporter.stop();
    await server.stop();
  });

  function write(path: string, query: Readonly<Record<string, string>>, body: unknown): unknown {
    const [, namespace = "", name = ""] = /namespaces\/([^/]+)\/meshtls\/([^/]+)\/status$/.exec(path) ?? [];
    const { status } = body as { status: { conditions: { reason: string }[] } };
    written.push(`${namespace}/${name} ${query["fieldManager"] ?? ""} ${status.conditions[0]?.reason ?? ""}`);
    return server.store.update(collection(namespace), name, {
      ...server.store.get(collection(namespace), name),
      status,
    } as KubernetesObject);
  }

  /** In the API server, and known to the mesh. */
  function add(name: string, spec: object, generation = 1): void {
    const object = { metadata: { name, namespace: "shop", generation }, spec };
    server.store.create(collection("shop"), object);
    ledger.take([readObject("meshTls", `shop/${name}`, object)]);
  }

  async function run(): Promise<void> {
    reporter.ring();
    clock.advance(2_000);
    await reporter.idle();
  }

  test("writes what has become of each, once", async () => {
    add("good", { mode: "strict" });
    add("bad", { mode: "warp" });
    await run();
    const manager = "outrigger-control-plane";
    assert.deepEqual(written.toSorted(), [`shop/bad ${manager} Invalid`, `shop/good ${manager} Accepted`]);
    await run();
    assert.equal(written.length, 2);
  });

  test("gathers what rings at the same time", async () => {
    add("good", { mode: "strict" });
    for (let times = 0; times < 5; times += 1) reporter.ring();
    await run();
    assert.equal(server.requests.filter(({ method }) => method === "GET").length, 1);
  });

  test("says nothing of a generation that the mesh has not seen", async () => {
    add("late", { mode: "strict" });
    const object = { metadata: { name: "late", namespace: "shop", generation: 2 }, spec: { mode: "permissive" } };
    server.store.update(collection("shop"), "late", object);
    await run();
    assert.deepEqual(written, []);
    ledger.take([readObject("meshTls", "shop/late", object)]);
    await run();
    assert.equal(written.length, 1);
  });

  test("is silent while another replica leads", async () => {
    leads = false;
    add("good", { mode: "strict" });
    await run();
    assert.deepEqual(server.requests, []);
  });

  test("goes on with the others where one cannot be written, and tries that one again", async () => {
    add("a", { mode: "strict" });
    add("b", { mode: "strict" });
    unwritable = new Set([`${collection("shop")}/a/status`]);
    await run();
    assert.deepEqual(written, ["shop/b outrigger-control-plane Accepted"]);
    assert.deepEqual(
      logger.lines.map(({ msg }) => msg),
      ["status of MeshTLS not written"],
    );
    unwritable = new Set();
    clock.advance(60_000);
    await eventually("it is written", () => written.length === 2);
  });

  test("writes at most ten a second", async () => {
    for (let place = 0; place < 60; place += 1) add(`policy-${place}`, { mode: "strict" });
    await run();
    assert.equal(written.length, 50);
    clock.advance(5_000);
    await reporter.idle();
    assert.equal(written.length, 60);
  });

  test("has nothing to do where the CRD is not installed", async () => {
    server.fault = () => 404;
    await run();
    assert.deepEqual([written, logger.lines], [[], []]);
  });

  test("forgets what is gone", () => {
    const key = "shop/good" as NamespacedName;
    add("good", { mode: "strict" });
    assert.equal(ledger.get(key)?.generation, 1);
    ledger.take([removedObject("meshTls", key)]);
    assert.equal(ledger.get(key), undefined);
  });
});
