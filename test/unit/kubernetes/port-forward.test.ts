/**
 * Pages of pods over forwarded ports, from the fake API server: a real WebSocket, in the protocol of the kubelet's.
 */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { ApiError } from "../../../src/kubernetes/api.ts";
import { readPodPage } from "../../../src/kubernetes/pod-page.ts";
import type { ForwardedRequest } from "../../fake-kubernetes/port-forwards.ts";
import { FakeKubernetes } from "../../fake-kubernetes/server.ts";
import { FakeStatus } from "../../fake-kubernetes/store.ts";

let fake: FakeKubernetes;

beforeEach(async () => {
  fake = new FakeKubernetes();
  await fake.start();
});
afterEach(async () => {
  await fake.stop();
});

const page = { namespace: "mesh", pod: "cp-1", port: 8081, path: "/proxies", timeoutMs: 5_000 };

async function failure(changes: Partial<typeof page> = {}): Promise<ApiError> {
  return readPodPage(fake.client(), { ...page, ...changes }).then(
    () => assert.fail("it was answered"),
    (error: unknown) => error as ApiError,
  );
}

test("a page is asked for at the pod and port that were named", async () => {
  const asked: ForwardedRequest[] = [];
  fake.portForwards.pages = (request) => {
    asked.push(request);
    return { hello: ["ä", 1] };
  };
  assert.deepEqual(await readPodPage(fake.client(), page), { hello: ["ä", 1] });
  assert.deepEqual(asked, [{ namespace: "mesh", pod: "cp-1", port: 8081, path: "/proxies" }]);
});

test("a page of megabytes arrives whole", async () => {
  const rows = Array.from({ length: 60_000 }, (_none, index) => `row ${index} of a long page`);
  fake.portForwards.pages = () => rows;
  assert.deepEqual(await readPodPage(fake.client(), page), rows);
});

test("several are asked for at once", async () => {
  fake.portForwards.pages = ({ pod }) => pod;
  const pods = ["a", "b", "c", "d"];
  const pages = pods.map(async (pod) => readPodPage(fake.client(), { ...page, pod }));
  assert.deepEqual(await Promise.all(pages), pods);
});

test("a page that is not there is a 404, one that fails has its status", async () => {
  assert.equal((await failure()).status, 404);
  fake.portForwards.pages = () => {
    throw new FakeStatus(503, "", "not now");
  };
  const { status, message } = await failure();
  assert.deepEqual([status, message], [503, "not now"]);
});

test("the API server's refusal is told in its own words", async () => {
  fake.portForwards.refuses = () => 403;
  const { status, message, name } = await failure();
  assert.deepEqual([name, status, message], ["ApiError", 403, "the test refuses"]);
});

test("a port that nobody listens on is told in the kubelet's words", async () => {
  fake.portForwards.listens = () => false;
  assert.match((await failure()).message, /error forwarding port 8081 to pod cp-1: connection refused/);
});

test("an API server that is gone, and one that goes on the way", async () => {
  fake.portForwards.pages = () => {
    fake.portForwards.cut();
    return "never told";
  };
  assert.match((await failure()).message, /socket hang up|aborted|ECONNRESET/);
  const client = fake.client();
  await fake.stop();
  await assert.rejects(readPodPage(client, page), /ECONNREFUSED/);
});

test("whoever says nothing is waited for no longer than that", async () => {
  fake.portForwards.silent = true;
  assert.equal((await failure({ timeoutMs: 300 })).name, "TimeoutError");
});
