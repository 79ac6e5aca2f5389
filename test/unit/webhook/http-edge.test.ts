/**
 * What HTTP itself can get wrong: media type, size, path, method.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { maxBodyBytes } from "../../../src/webhook/limits.ts";
import { podNamed, post, responseIn, reviewOf, testWebhook } from "./webhook-fixture.ts";

const body = JSON.stringify(reviewOf(podNamed("web")));

interface Status {
  readonly kind: string;
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details: { readonly causes: readonly { readonly reason: string }[] };
}

const statusIn = (text: string): Status => JSON.parse(text) as Status;

for (const type of [
  "application/json",
  "application/json; charset=utf-8",
  "application/json;charset=UTF-8",
  'application/json; charset="utf-8"; profile=x',
  "Application/JSON",
  "application/json;",
  "application/json ; charset=utf-8",
]) {
  test(`Content-Type "${type}" is read`, async () => {
    const { app } = testWebhook();
    const headers = { "content-type": type };
    const answer = await app.inject({ method: "POST", url: "/mutate", headers, payload: body });
    assert.equal(answer.statusCode, 200, answer.body);
    assert.equal(responseIn(answer.body).allowed, true);
  });
}

for (const type of [
  "text/plain",
  "application/yaml",
  "application/jsonx",
  "application/x-www-form-urlencoded",
  "",
  "x",
]) {
  test(`Content-Type "${type}" is refused with 415, which says what to send`, async () => {
    const { app, registry } = testWebhook();
    const headers = { "content-type": type };
    const answer = await app.inject({ method: "POST", url: "/mutate", headers, payload: body });
    assert.equal(answer.statusCode, 415);
    const status = statusIn(answer.body);
    assert.equal(status.reason, "UnsupportedMediaType");
    assert.match(status.message, /application\/json/);
    assert.match(await registry.metrics(), /\{result="invalid",reason="wrong-media-type"\} 1/);
  });
}

test("a compressed body is refused with 415", async () => {
  const { app } = testWebhook();
  const headers = { "content-type": "application/json", "content-encoding": "gzip" };
  const answer = await app.inject({ method: "POST", url: "/mutate", headers, payload: body });
  assert.equal(answer.statusCode, 415);
  assert.match(statusIn(answer.body).message, /Content-Encoding is gzip/);
});

test("a body of just under 7 MiB is read", async () => {
  const { app } = testWebhook();
  const padded = body + " ".repeat(maxBodyBytes - body.length);
  assert.equal((await post(app, padded)).statusCode, 200);
});

test("a body of more than 7 MiB is refused with 413 and counted", async () => {
  const { app, registry } = testWebhook();
  const answer = await post(app, body + " ".repeat(maxBodyBytes - body.length + 1));
  assert.equal(answer.statusCode, 413);
  assert.equal(statusIn(answer.body).details.causes[0]?.reason, "OUTRIGGER_REVIEW_TOO_LARGE");
  assert.match(await registry.metrics(), /\{result="invalid",reason="body-too-large"\} 1/);
});

test("an unknown path is 404", async () => {
  const { app, registry } = testWebhook();
  for (const path of ["/", "/mutate/", "/mutate/namespace/x", "/MUTATE", "/mutate/constructor"]) {
    const answer = await post(app, body, path);
    assert.equal(answer.statusCode, 404, path);
    assert.equal(statusIn(answer.body).kind, "Status");
  }
  assert.match(await registry.metrics(), /\{result="invalid",reason="unknown-path"\} 5/);
});

test("a URL that cannot be decoded is 400", async () => {
  const { app, registry } = testWebhook();
  const answer = await post(app, body, "/mutate/%zz");
  assert.equal(answer.statusCode, 400);
  assert.equal(statusIn(answer.body).kind, "Status");
  assert.match(await registry.metrics(), /\{result="invalid",reason="broken-request"\} 1/);
});

for (const method of ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"] as const) {
  test(`${method} is 405, which says POST`, async () => {
    const { app } = testWebhook();
    const answer = await app.inject({ method, url: "/mutate/pod?timeout=5s" });
    assert.equal(answer.statusCode, 405);
    assert.equal(answer.headers.allow, "POST");
  });
}

test("a request that was answered is no longer in flight", async () => {
  const { app, registry } = testWebhook();
  await post(app, body);
  await post(app, "");
  await post(app, "", "/nowhere");
  assert.match(await registry.metrics(), /^outrigger_admission_in_flight 0$/m);
});
