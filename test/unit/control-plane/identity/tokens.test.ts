/**
 * Whose token it is, by the API server's word, by what is remembered of it, and by a folder.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Authenticator } from "../../../../src/control-plane/identity/authenticator.ts";
import { readBearerToken, readExpiry } from "../../../../src/control-plane/identity/bearer-token.ts";
import { createFolderAuthenticator } from "../../../../src/control-plane/identity/folder-authenticator.ts";
import { createTokenReviewAuthenticator } from "../../../../src/control-plane/identity/token-review-authenticator.ts";
import { readReview } from "../../../../src/control-plane/identity/token-review.ts";
import type { ApiRequest, KubernetesApi } from "../../../../src/kubernetes/api.ts";
import { captureLogger } from "../../../captured-logger.ts";
import { FakeClock } from "../../../fake-clock.ts";

const audience = "outrigger-control-plane";
const now = Date.parse("2026-01-01T00:00:00Z");
const minute = 60_000;

function token(claims: Readonly<Record<string, unknown>>): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256" })}.${part({ aud: [audience], exp: (now + 10 * minute) / 1_000, ...claims })}.c2ln`;
}

const goodStatus = {
  authenticated: true,
  audiences: [audience],
  user: {
    username: "system:serviceaccount:shop:web",
    extra: {
      "authentication.kubernetes.io/pod-name": ["web-1"],
      "authentication.kubernetes.io/pod-uid": ["0a-1b"],
    },
  },
};

test("an authorization header is read as RFC 6750 writes it", () => {
  assert.equal(readBearerToken("Bearer a.b-c_d.e="), "a.b-c_d.e=");
  assert.equal(readBearerToken("bearer x"), "x");
  for (const header of [undefined, "", "Bearer", "Bearer ", "Basic abc", "Bearer a b", "Bearer a\nb"]) {
    assert.equal(readBearerToken(header), undefined);
  }
});

describe("what a token says of itself", () => {
  const cases = [
    { name: "good", text: token({}), reason: undefined },
    { name: "audience as a single text", text: token({ aud: audience }), reason: undefined },
    { name: "for the API server", text: token({ aud: ["https://kubernetes.default.svc"] }), reason: "wrong-audience" },
    { name: "for nobody", text: token({ aud: undefined }), reason: "wrong-audience" },
    { name: "expired", text: token({ exp: now / 1_000 }), reason: "expired-token" },
    { name: "without expiry", text: token({ exp: undefined }), reason: "malformed-token" },
    { name: "no token at all", text: "secret", reason: "malformed-token" },
    { name: "no JSON", text: "a.b.c", reason: "malformed-token" },
    { name: "a list", text: `a.${Buffer.from("[]").toString("base64url")}.c`, reason: "malformed-token" },
    { name: "far too long", text: token({ filler: "x".repeat(20_000) }), reason: "malformed-token" },
  ];
  for (const { name, text, reason } of cases) {
    test(name, () => {
      const expiry = readExpiry(text, audience, now);
      assert.equal(expiry.ok ? undefined : expiry.refusal.reason, reason);
      if (expiry.ok) assert.equal(expiry.expiresAt, now + 10 * minute);
      else assert.ok(!expiry.refusal.message.includes(text));
    });
  }
});

describe("the API server's answer", () => {
  const user = (changed: object): object => ({ ...goodStatus, user: { ...goodStatus.user, ...changed } });
  const { audiences, ...unconfirmed } = goodStatus;
  const cases = [
    { name: "says whose it is", status: goodStatus, reason: undefined },
    { name: "does not accept it", status: { authenticated: false, error: "forged" }, reason: "invalid-token" },
    { name: "is empty", status: {}, reason: "invalid-token" },
    { name: "confirms no audience", status: unconfirmed, reason: "wrong-audience" },
    { name: "confirms another audience", status: { ...goodStatus, audiences: ["x"] }, reason: "wrong-audience" },
    { name: "names a person", status: user({ username: "admin" }), reason: "unbound-token" },
    { name: "names no pod", status: user({ extra: {} }), reason: "unbound-token" },
    { name: "has no extras", status: user({ extra: undefined }), reason: "unbound-token" },
    {
      name: "names a pod without its uid",
      status: user({ extra: { "authentication.kubernetes.io/pod-name": ["web-1"] } }),
      reason: "unbound-token",
    },
  ];
  for (const { name, status, reason } of cases) {
    test(name, () => {
      const answer = readReview(status, audience, now);
      assert.equal(answer.ok ? undefined : answer.refusal.reason, reason);
      const caller = { namespace: "shop", serviceAccount: "web", podName: "web-1", podUid: "0a-1b", expiresAt: now };
      if (answer.ok) assert.deepEqual(answer.caller, caller);
    });
  }
});

/** An API server that answers TokenReviews as the test says, and counts them. */
function played(settings = {}): {
  readonly authenticator: Authenticator;
  readonly clock: FakeClock;
  readonly asked: ApiRequest[];
  answer: () => Promise<unknown>;
} {
  const asked: ApiRequest[] = [];
  const world = { clock: new FakeClock(now), asked, answer: () => Promise.resolve<unknown>({ status: goodStatus }) };
  const api: KubernetesApi = {
    request: async <T>(request: ApiRequest) => {
      asked.push(request);
      return (await world.answer()) as T;
    },
    watch: () => {
      throw new Error("nothing is watched");
    },
    forward: () => {
      throw new Error("nothing is forwarded");
    },
    close: () => undefined,
  };
  const { log } = captureLogger();
  const options = { api, audience, clock: world.clock, log, settings };
  return Object.assign(world, { authenticator: createTokenReviewAuthenticator(options) });
}

describe("the authenticator that asks the API server", () => {
  test("asks once for two streams at the same time, with the audience, and remembers", async () => {
    const { authenticator, asked } = played();
    const both = await Promise.all([authenticator.authenticate(token({})), authenticator.authenticate(token({}))]);
    assert.ok(both.every(({ ok }) => ok));
    assert.ok((await authenticator.authenticate(token({}))).ok);
    assert.equal(asked.length, 1);
    assert.deepEqual((asked[0]?.body as { spec: unknown }).spec, { token: token({}), audiences: [audience] });
  });

  test("asks again after a while, and believes that a token has ended", async () => {
    const world = played();
    await world.authenticator.authenticate(token({}));
    world.clock.advance(2 * minute);
    world.answer = () => Promise.resolve({ status: { authenticated: false } });
    assert.ok(!(await world.authenticator.authenticate(token({}))).ok);
    assert.ok(!(await world.authenticator.authenticate(token({}))).ok);
  });

  test("knows those it has seen while the API server is away, until their token expires, and nobody else", async () => {
    const world = played();
    await world.authenticator.authenticate(token({}));
    world.answer = () => Promise.reject(new Error("connection refused"));
    world.clock.advance(9 * minute);
    assert.ok((await world.authenticator.authenticate(token({}))).ok);
    const stranger = await world.authenticator.authenticate(token({ jti: "2" }));
    assert.equal(stranger.ok ? "" : stranger.refusal.reason, "unavailable");
    world.clock.advance(2 * minute);
    const expired = await world.authenticator.authenticate(token({}));
    assert.equal(expired.ok ? "" : expired.refusal.reason, "expired-token");
  });

  test("does not ask about tokens that cannot be good", async () => {
    const { authenticator, asked } = played();
    assert.ok(!(await authenticator.authenticate(token({ aud: "x" }))).ok);
    assert.equal(asked.length, 0);
  });

  test("asks so many questions at the same time, and keeps so many answers", async () => {
    const world = played({ concurrency: 2, capacity: 2 });
    let [open, most] = [0, 0];
    world.answer = async () => {
      open += 1;
      most = Math.max(most, open);
      await Promise.resolve();
      open -= 1;
      return { status: goodStatus };
    };
    const tokens = Array.from({ length: 6 }, (_, place) => token({ jti: String(place) }));
    await Promise.all(tokens.map((one) => world.authenticator.authenticate(one)));
    assert.equal(most, 2);
    await world.authenticator.authenticate(tokens[5] ?? "");
    assert.equal(world.asked.length, 6);
    await world.authenticator.authenticate(tokens[0] ?? "");
    assert.equal(world.asked.length, 7);
  });
});

describe("the authenticator that reads a folder", () => {
  test("tells a pod by the file that holds its token", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "outrigger-tokens-"));
    t.after(() => {
      rmSync(folder, { recursive: true });
    });
    mkdirSync(join(folder, "shop", "web"), { recursive: true });
    writeFileSync(join(folder, "shop", "web", "web-1"), "one\n");
    writeFileSync(join(folder, "shop", "web", "empty"), "\n");
    writeFileSync(join(folder, "README"), "two");
    const authenticator = createFolderAuthenticator(folder);
    const caller = {
      namespace: "shop",
      serviceAccount: "web",
      podName: "web-1",
      podUid: undefined,
      expiresAt: Infinity,
    };
    assert.deepEqual(await authenticator.authenticate("one"), { ok: true, caller });
    for (const other of ["two", "", "on"]) {
      const answer = await authenticator.authenticate(other);
      assert.equal(answer.ok ? "" : answer.refusal.reason, "invalid-token");
    }
    writeFileSync(join(folder, "shop", "web", "web-1"), "other");
    assert.ok(!(await authenticator.authenticate("one")).ok);
  });

  test("says that its folder cannot be read", async () => {
    const answer = await createFolderAuthenticator("/nowhere/at/all").authenticate("one");
    assert.equal(answer.ok ? "" : answer.refusal.reason, "unavailable");
  });
});
