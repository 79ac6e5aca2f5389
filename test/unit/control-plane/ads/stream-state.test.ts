import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Faulty, TypeUrl } from "../../../../src/control-plane/ads/resource-source.ts";
import { faulty, typeUrls } from "../../../../src/control-plane/ads/resource-source.ts";
import { StreamState } from "../../../../src/control-plane/ads/stream-state.ts";
import type { DeltaDiscoveryResponse, DeltaResource } from "../../../../src/envoy-api/discovery.ts";
import { request, resource } from "./played-client.ts";

const { cluster, endpoints, listener, route, secret } = typeUrls;

/** A stream on a source that a test fills. */
function stream(limits = { responseBytes: 1_000, names: 100 }): {
  readonly state: StreamState;
  /** A version that is {@link faulty} cannot be made. */
  readonly set: (
    type: TypeUrl,
    resources: Readonly<Record<string, string | Faulty>>,
    wildcard?: readonly string[] | Faulty,
  ) => void;
  readonly interests: Set<string>;
} {
  const resources = new Map<TypeUrl, ReadonlyMap<string, DeltaResource | Faulty>>();
  const wildcards = new Map<TypeUrl, readonly string[] | Faulty>();
  const interests = new Set<string>();
  const state = new StreamState({
    limits,
    view: (type) => ({
      wildcardNames: () => wildcards.get(type) ?? [],
      resource: (name) => resources.get(type)?.get(name),
    }),
    interest: {
      began: (type, name) => {
        assert.ok(!interests.has(`${type} ${name}`), `${name} began twice`);
        interests.add(`${type} ${name}`);
      },
      ceased: (type, name) => {
        assert.ok(interests.delete(`${type} ${name}`), `${name} had not begun`);
      },
    },
  });
  return {
    state,
    interests,
    set: (type, versions, wildcard = Object.keys(versions)) => {
      const entries = Object.entries(versions).map(
        ([name, version]) => [name, version === faulty ? faulty : resource(name, version)] as const,
      );
      resources.set(type, new Map(entries));
      wildcards.set(type, wildcard);
      state.recheckAll();
    },
  };
}

function summary(responses: readonly DeltaDiscoveryResponse[]): readonly string[] {
  return responses.map(({ typeUrl, resources, removedResources }) => {
    const type = Object.entries(typeUrls).find(([, url]) => url === typeUrl)?.[0];
    const sent = resources.map(({ name, version }) => `${name}=${version}`);
    return [`${String(type)}:`, ...sent, ...removedResources.map((name) => `-${name}`)].join(" ");
  });
}

function ack(state: StreamState, responses: readonly DeltaDiscoveryResponse[]): void {
  for (const { typeUrl, nonce } of responses) state.request(request({ typeUrl, responseNonce: nonce }));
}

function nack(state: StreamState, { typeUrl, nonce }: DeltaDiscoveryResponse): void {
  state.request(request({ typeUrl, responseNonce: nonce, errorDetail: { code: 13, message: "no" } }));
}

/** Sends and acknowledges until nothing is left; what was sent. */
function settle(state: StreamState): readonly string[] {
  const all: string[] = [];
  for (let sent = state.next(); sent.length > 0; sent = state.next()) {
    all.push(...summary(sent));
    ack(state, sent);
  }
  return all;
}

describe("what a client is sent", () => {
  const cases = [
    { name: "the older wildcard: no names at all", subscribe: [], initial: {}, sent: ["cluster: a=1 b=1"] },
    { name: "the wildcard by its name", subscribe: ["*"], initial: {}, sent: ["cluster: a=1 b=1"] },
    { name: "one name", subscribe: ["c"], initial: {}, sent: ["cluster: c=1"] },
    { name: "a name that there is not: nothing", subscribe: ["z"], initial: {}, sent: [] },
    {
      name: "wildcard and names after a reconnect",
      subscribe: ["*", "c"],
      initial: {},
      sent: ["cluster: a=1 b=1 c=1"],
    },
    { name: "nothing that it has", subscribe: ["*", "c"], initial: { a: "1", b: "1", c: "1" }, sent: [] },
    {
      name: "what differs from what it has",
      subscribe: ["*", "c"],
      initial: { a: "0", b: "1", c: "0" },
      sent: ["cluster: a=1 c=1"],
    },
    { name: "that what it has is gone", subscribe: ["*"], initial: { a: "1", b: "1", z: "1" }, sent: ["cluster: -z"] },
    { name: "nothing of what it has and no longer asks for", subscribe: ["a"], initial: { a: "1", z: "1" }, sent: [] },
  ];
  for (const { name, subscribe, initial, sent } of cases) {
    test(name, () => {
      const { state, set } = stream();
      set(cluster, { a: "1", b: "1", c: "1" }, ["a", "b"]);
      state.request(
        request({ typeUrl: cluster, resourceNamesSubscribe: subscribe, initialResourceVersions: { ...initial } }),
      );
      assert.deepEqual(settle(state), sent);
    });
  }

  test("an empty answer where the wildcard gives nothing, as the client waits for one", () => {
    const { state } = stream();
    state.request(request({ typeUrl: listener }));
    assert.deepEqual(settle(state), ["listener:"]);
  });

  test("a name that it asks for again, also while it is on its way", () => {
    const { state, set } = stream();
    set(cluster, { a: "1" }, []);
    const ask = request({ typeUrl: cluster, resourceNamesSubscribe: ["a"] });
    state.request(ask);
    const first = state.next();
    state.request(ask);
    assert.deepEqual(state.next(), []);
    ack(state, first);
    assert.deepEqual(settle(state), ["cluster: a=1"]);
    state.request(ask);
    assert.deepEqual(settle(state), ["cluster: a=1"]);
  });

  test("that what it gave up and asked for again on its way has gone meanwhile, by name or by its wildcard", () => {
    for (const again of ["c", "*"]) {
      const { state, set } = stream();
      set(cluster, { c: "1" }, []);
      state.request(request({ typeUrl: cluster, resourceNamesSubscribe: ["c"] }));
      const sent = state.next();
      assert.deepEqual(summary(sent), ["cluster: c=1"]);
      state.request(request({ typeUrl: cluster, resourceNamesUnsubscribe: ["c"] }));
      state.request(request({ typeUrl: cluster, resourceNamesSubscribe: [again] }));
      set(cluster, {}, []);
      ack(state, sent);
      assert.deepEqual(settle(state), ["cluster: -c"]);
    }
  });

  test("nothing because its first request gave up what it had not asked for", () => {
    const { state, set } = stream();
    set(cluster, { a: "1" });
    state.request(request({ typeUrl: cluster, resourceNamesUnsubscribe: ["*"] }));
    assert.deepEqual(settle(state), []);
    state.request(request({ typeUrl: cluster, resourceNamesSubscribe: ["*"] }));
    assert.deepEqual(settle(state), ["cluster: a=1"]);
  });

  test("whether a name is still covered by its wildcard when it stops asking for it", () => {
    const { state, set } = stream();
    set(cluster, { a: "1", b: "1" }, ["a"]);
    state.request(request({ typeUrl: cluster, resourceNamesSubscribe: ["*", "a", "b"] }));
    settle(state);
    state.request(request({ typeUrl: cluster, resourceNamesUnsubscribe: ["a", "b"] }));
    assert.deepEqual(settle(state), ["cluster: a=1", "cluster: -b"]);
  });

  test("nothing any more of what it stopped asking for", () => {
    const { state, set, interests } = stream();
    set(cluster, { a: "1", b: "1" });
    state.request(request({ typeUrl: cluster, resourceNamesSubscribe: ["*", "b"] }));
    settle(state);
    state.request(request({ typeUrl: cluster, resourceNamesUnsubscribe: ["*"] }));
    set(cluster, { a: "2", b: "2" });
    assert.deepEqual(settle(state), ["cluster: b=2"]);
    assert.deepEqual([...interests], [`${cluster} b`]);
    state.close();
    assert.deepEqual([...interests], []);
  });

  test("what changed while it was busy once, in its last version", () => {
    const { state, set } = stream();
    set(cluster, { a: "1" });
    state.request(request({ typeUrl: cluster }));
    const first = state.next();
    set(cluster, { a: "2", b: "1" });
    set(cluster, { a: "3", b: "1" });
    assert.deepEqual(state.next(), []);
    ack(state, first);
    assert.deepEqual(settle(state), ["cluster: a=3 b=1"]);
  });

  test("no more bytes at once than allowed, but at least one resource", () => {
    const { state, set } = stream({ responseBytes: 25, names: 100 });
    set(cluster, { a: "1", b: "1", c: "1" });
    state.request(request({ typeUrl: cluster }));
    assert.deepEqual(settle(state), ["cluster: a=1 b=1", "cluster: c=1"]);
    const small = stream({ responseBytes: 1, names: 100 });
    small.set(cluster, { a: "1", b: "1" });
    small.state.request(request({ typeUrl: cluster }));
    assert.deepEqual(settle(small.state), ["cluster: a=1", "cluster: b=1"]);
  });

  test("nothing for a type that is not served, or beyond the allowed number of names", () => {
    const { state } = stream({ responseBytes: 1, names: 2 });
    assert.deepEqual(state.request(request({ typeUrl: "type.googleapis.com/x" })), {
      ok: false,
      reason: "unknown-type",
    });
    const many = request({ typeUrl: cluster, resourceNamesSubscribe: ["a", "b", "c"] });
    assert.deepEqual(state.request(many), { ok: false, reason: "too-many-names" });
    assert.deepEqual(settle(state), []);
  });
});

describe("order", () => {
  const all = [listener, route, endpoints, cluster, secret];

  test("additions: secrets, clusters, endpoints, listeners, routes; removals the other way round", () => {
    const { state, set } = stream();
    for (const type of all) state.request(request({ typeUrl: type }));
    ack(state, state.next());
    for (const type of all) set(type, { x: "1" });
    assert.deepEqual(settle(state), ["secret: x=1", "cluster: x=1", "endpoints: x=1", "listener: x=1", "route: x=1"]);
    for (const type of all) set(type, {});
    assert.deepEqual(settle(state), ["route: -x", "listener: -x", "cluster: -x", "endpoints: -x", "secret: -x"]);
  });

  test("listeners wait for clusters that are due; endpoints and secrets do not", () => {
    const { state, set } = stream();
    for (const type of all) state.request(request({ typeUrl: type }));
    ack(state, state.next());
    set(cluster, { a: "1" });
    const [withheld] = state.next();
    set(cluster, { a: "1", b: "1" });
    set(listener, { l: "1" });
    set(endpoints, { a: "1" });
    set(secret, { s: "1" });
    assert.deepEqual(summary(state.next()), ["secret: s=1", "endpoints: a=1"]);
    assert.ok(withheld);
    ack(state, [withheld]);
    assert.deepEqual(summary(state.next()), ["cluster: b=1", "listener: l=1"]);
  });

  test("routes wait until the clusters before them have been acknowledged", () => {
    const { state, set } = stream();
    for (const type of all) state.request(request({ typeUrl: type }));
    ack(state, state.next());
    set(cluster, { mirror: "1" });
    set(route, { table: "1" });
    const sent = state.next();
    assert.deepEqual(summary(sent), ["cluster: mirror=1"]);
    assert.deepEqual(state.next(), []);
    ack(state, sent);
    assert.deepEqual(summary(state.next()), ["route: table=1"]);
  });

  test("a cluster goes only when the listeners that used it are replaced, and that was taken", () => {
    const { state, set } = stream();
    set(cluster, { a: "1" });
    set(listener, { l: "1" });
    for (const type of [cluster, listener]) state.request(request({ typeUrl: type }));
    settle(state);
    set(cluster, {});
    set(listener, { l: "2" });
    const [refused] = state.next();
    assert.ok(refused);
    assert.deepEqual(summary([refused]), ["listener: l=2"]);
    assert.deepEqual(state.next(), []);
    nack(state, refused);
    assert.deepEqual(settle(state), []);
    set(listener, { l: "3" });
    assert.deepEqual(settle(state), ["listener: l=3", "cluster: -a"]);
  });
});

describe("a refusal", () => {
  test("is not repeated, and is remembered with its resource until another version comes", () => {
    const { state, set } = stream();
    set(listener, { l: "1" });
    state.request(request({ typeUrl: listener }));
    settle(state);
    set(listener, { l: "2" });
    const [bad] = state.next();
    assert.ok(bad);
    nack(state, bad);
    state.recheckAll();
    assert.deepEqual(settle(state), []);
    const refused = state.status().find(({ type }) => type === listener)?.refused;
    assert.deepEqual(refused, [{ name: "l", version: "2", message: "no" }]);
    set(listener, { l: "1" });
    assert.deepEqual(settle(state), ["listener: l=1"]);
    assert.deepEqual(state.status().find(({ type }) => type === listener)?.refused, []);
  });

  test("of many is narrowed down to the one that is bad, and the others arrive", () => {
    const { state, set } = stream();
    set(cluster, { a: "1", b: "1", bad: "1", c: "1", d: "1" });
    state.request(request({ typeUrl: cluster }));
    const taken: string[] = [];
    for (let sent = state.next(); sent.length > 0; sent = state.next()) {
      for (const response of sent) {
        if (response.resources.some(({ name }) => name === "bad")) nack(state, response);
        else {
          taken.push(...response.resources.map(({ name }) => name));
          ack(state, [response]);
        }
      }
    }
    assert.deepEqual(taken.sort(), ["a", "b", "c", "d"]);
    const refused = state.status().find(({ type }) => type === cluster)?.refused;
    assert.deepEqual(
      refused?.map(({ name }) => name),
      ["bad"],
    );
  });

  test("with the nonce of another response is no answer to the present one", () => {
    const { state, set } = stream();
    set(cluster, { a: "1" });
    state.request(request({ typeUrl: cluster }));
    const [sent] = state.next();
    assert.ok(sent);
    state.request(request({ typeUrl: cluster, responseNonce: "old", errorDetail: { code: 1, message: "?" } }));
    set(cluster, { a: "2" });
    assert.deepEqual(state.next(), []);
    ack(state, [sent]);
    assert.deepEqual(settle(state), ["cluster: a=2"]);
  });

  test("is forgotten where the client asks for the resource again", () => {
    const { state, set } = stream();
    set(cluster, { a: "1" }, []);
    const ask = request({ typeUrl: cluster, resourceNamesSubscribe: ["a"] });
    state.request(ask);
    const [sent] = state.next();
    assert.ok(sent);
    nack(state, sent);
    assert.deepEqual(settle(state), []);
    state.request(ask);
    assert.deepEqual(settle(state), ["cluster: a=1"]);
  });
});

describe("what cannot be made", () => {
  const opened = (): ReturnType<typeof stream> => {
    const opening = stream();
    opening.set(cluster, { a: "1", b: "1" });
    opening.state.request(request({ typeUrl: cluster, resourceNamesSubscribe: ["*"] }));
    settle(opening.state);
    return opening;
  };

  test("is neither sent nor taken away, and the rest is sent", () => {
    const { state, set } = opened();
    set(cluster, { a: faulty, b: "2" });
    assert.deepEqual(settle(state), ["cluster: b=2"]);
    assert.equal(state.status().find(({ type }) => type === cluster)?.synced, false);
    assert.deepEqual(
      state
        .contents()
        .get(cluster)
        ?.map(({ name, held, latest }) => ({ name, held, latest })),
      [
        { name: "a", held: "1", latest: faulty },
        { name: "b", held: "2", latest: resource("b", "2") },
      ],
    );
    set(cluster, { a: "3", b: "2" });
    assert.deepEqual(settle(state), ["cluster: a=3"]);
    assert.equal(state.status().find(({ type }) => type === cluster)?.synced, true);
  });

  test("may still use what is to go: that is not taken away before", () => {
    const { state, set } = opened();
    set(route, { outbound: "1" }, []);
    state.request(request({ typeUrl: route, resourceNamesSubscribe: ["outbound"] }));
    settle(state);
    set(route, { outbound: faulty }, []);
    set(cluster, { a: "1" });
    assert.deepEqual(settle(state), []);
    set(route, { outbound: "2" }, []);
    assert.deepEqual(settle(state), ["route: outbound=2", "cluster: -b"]);
  });

  test("names that cannot be listed stay as they are; a client that has none yet waits for them", () => {
    const { state, set } = opened();
    set(cluster, { a: "2" }, faulty);
    assert.deepEqual(settle(state), ["cluster: a=2", "cluster: -b"]);
    const waiting = stream();
    waiting.set(cluster, {}, faulty);
    waiting.state.request(request({ typeUrl: cluster }));
    assert.deepEqual(settle(waiting.state), []);
    waiting.set(cluster, {}, []);
    assert.deepEqual(settle(waiting.state), ["cluster:"]);
  });
});
