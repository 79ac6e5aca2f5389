/**
 * Whatever a client asks for, takes and refuses, and whatever changes meanwhile: in the end it has what the source has.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { TypeUrl } from "../../src/control-plane/ads/resource-source.ts";
import { typeUrls } from "../../src/control-plane/ads/resource-source.ts";
import { StreamState } from "../../src/control-plane/ads/stream-state.ts";
import type { DeltaDiscoveryRequest, DeltaResource } from "../../src/envoy-api/discovery.ts";
import { PlayedClient, resource } from "../unit/control-plane/ads/played-client.ts";

const types: readonly TypeUrl[] = [typeUrls.cluster, typeUrls.listener, typeUrls.endpoints];
const names = ["a", "b", "c", "d", "e"];

type Action =
  | {
      readonly kind: "set";
      readonly type: TypeUrl;
      readonly name: string;
      readonly version: number;
      readonly bad: boolean;
    }
  | { readonly kind: "delete" | "cover" | "uncover"; readonly type: TypeUrl; readonly name: string }
  | { readonly kind: "subscribe" | "unsubscribe"; readonly type: TypeUrl; readonly names: readonly string[] }
  | { readonly kind: "answer"; readonly type: TypeUrl }
  | { readonly kind: "reconnect" };

const type = fc.constantFrom(...types);
const name = fc.constantFrom(...names);
const someNames = fc.uniqueArray(fc.constantFrom("*", ...names), { minLength: 1, maxLength: 3 });
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("set" as const), type, name, version: fc.nat(3), bad: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom("delete" as const, "cover" as const, "uncover" as const),
      type,
      name,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("subscribe" as const, "unsubscribe" as const),
      type,
      names: someNames,
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("answer" as const), type }) },
  { weight: 1, arbitrary: fc.constant({ kind: "reconnect" as const }) },
);

function isBad({ version }: Pick<DeltaResource, "version">): boolean {
  return version.endsWith("bad");
}

/** Versions that a client took, and that must not be sent again before it gives a reason to. */
class SettledVersions {
  readonly #versions = new Map<string, string>();
  /** Names that may be sent whatever the client has, once. */
  readonly #doubted = new Set<string>();

  sent(resources: readonly DeltaResource[]): void {
    for (const { name, version } of resources) {
      assert.notEqual(this.#versions.get(name), version, `${name}=${version} was sent again`);
      this.#versions.delete(name);
      this.#doubted.delete(name);
    }
  }

  taken(client: PlayedClient, resources: readonly DeltaResource[]): void {
    for (const { name, version } of resources) {
      if (client.view.get(name) === version && !this.#doubted.has(name)) this.#versions.set(name, version);
    }
  }

  doubt(doubted: readonly string[]): void {
    for (const name of doubted.includes("*") ? names : doubted) {
      this.#versions.delete(name);
      this.#doubted.add(name);
    }
  }
}

class World {
  readonly #resources = new Map(types.map((url) => [url, new Map<string, DeltaResource>()]));
  readonly #covered = new Map(types.map((url) => [url, new Set<string>()]));
  readonly #clients = new Map(types.map((url) => [url, new PlayedClient(url)]));
  readonly #settled = new Map(types.map((url) => [url, new SettledVersions()]));
  #state = this.#connect();

  #connect(): StreamState {
    return new StreamState({
      limits: { responseBytes: 25, names: 1_000 },
      view: (url) => ({
        wildcardNames: () =>
          [...(this.#covered.get(url) ?? [])].filter((name) => this.#resources.get(url)?.has(name)).sort(),
        resource: (name) => this.#resources.get(url)?.get(name),
      }),
      interest: { began: () => undefined, ceased: () => undefined },
    });
  }

  run(step: Action): void {
    switch (step.kind) {
      case "set": {
        const version = `${step.version}${step.bad ? "bad" : ""}`;
        this.#resources.get(step.type)?.set(step.name, resource(step.name, version));
        this.#changed(step.type, step.name);
        break;
      }
      case "delete":
        this.#resources.get(step.type)?.delete(step.name);
        this.#changed(step.type, step.name);
        break;
      case "cover":
        this.#covered.get(step.type)?.add(step.name);
        this.#state.recheckAll();
        break;
      case "uncover":
        this.#covered.get(step.type)?.delete(step.name);
        this.#state.recheckAll();
        break;
      case "subscribe":
      case "unsubscribe":
        this.#settled.get(step.type)?.doubt(step.names);
        this.#send(this.#client(step.type)[step.kind](...step.names));
        break;
      case "answer":
        if (this.#client(step.type).unanswered !== undefined) this.#answer(step.type);
        break;
      case "reconnect":
        this.#state = this.#connect();
        for (const client of this.#clients.values()) {
          if (client.hasWildcard || client.names.size > 0) this.#send(client.reconnect());
          else client.unanswered = undefined;
        }
    }
    this.#deliver();
  }

  settle(): void {
    for (let open = this.#open(); open.length > 0; open = this.#open()) {
      for (const { typeUrl } of open) this.#answer(typeUrl);
      this.#deliver();
    }
  }

  /** What there is has arrived, but for what is refused, of which the client has no more than an earlier version. */
  checkAdditions(): void {
    for (const { url, client, wanted } of this.#wanted()) {
      for (const name of wanted) {
        const { version } = this.#resources.get(url)?.get(name) ?? {};
        if (version !== undefined && isBad({ version })) assert.notEqual(client.view.get(name), version);
        else if (version !== undefined) assert.equal(client.view.get(name), version, `${url} ${name}`);
      }
    }
  }

  /** Nothing is refused any more: now also what was kept for the sake of what had been refused is gone. */
  heal(): void {
    for (const [url, resources] of this.#resources) {
      for (const { name, version } of resources.values()) {
        if (isBad({ version })) this.run({ kind: "set", type: url, name, version: 9, bad: false });
      }
    }
  }

  checkAll(): void {
    this.checkAdditions();
    for (const { url, client, wanted } of this.#wanted()) {
      const there = wanted.filter((name) => this.#resources.get(url)?.has(name));
      assert.deepEqual([...client.view.keys()].sort(), there.sort(), `what is held of ${url}`);
    }
  }

  #wanted(): readonly { readonly url: TypeUrl; readonly client: PlayedClient; readonly wanted: string[] }[] {
    return Array.from(this.#clients, ([url, client]) => {
      const covered = client.hasWildcard ? [...(this.#covered.get(url) ?? [])] : [];
      return { url, client, wanted: [...new Set([...client.names, ...covered])] };
    });
  }

  #open(): readonly PlayedClient[] {
    return [...this.#clients.values()].filter(({ unanswered }) => unanswered !== undefined);
  }

  #client(url: TypeUrl): PlayedClient {
    const client = this.#clients.get(url);
    assert.ok(client);
    return client;
  }

  #changed(url: TypeUrl, changed: string): void {
    this.#state.recheck(url, [changed]);
    // As a source does where what its wildcard gives may have changed.
    if (this.#covered.get(url)?.has(changed) === true) this.#state.recheckAll();
  }

  #answer(url: TypeUrl): void {
    const client = this.#client(url);
    const resources = client.unanswered?.resources ?? [];
    const removed = client.unanswered?.removedResources ?? [];
    this.#send(client.answer(isBad));
    if (resources.some(isBad)) this.#settled.get(url)?.doubt(resources.map(({ name: refused }) => refused));
    else this.#settled.get(url)?.taken(client, resources);
    this.#settled.get(url)?.doubt(removed);
  }

  #send(request: DeltaDiscoveryRequest): void {
    assert.equal(this.#state.request(request).ok, true);
  }

  #deliver(): void {
    for (const response of this.#state.next()) {
      const url = response.typeUrl as TypeUrl;
      this.#settled.get(url)?.sent(response.resources);
      // Throws at a second response before the first was answered.
      this.#client(url).receive(response);
    }
  }
}

test("a client's view converges to the source's, one response at a time, and nothing that it took is sent again", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60, size: "max" }), (actions) => {
      const world = new World();
      for (const step of actions) world.run(step);
      world.settle();
      world.checkAdditions();
      world.heal();
      world.settle();
      world.checkAll();
    }),
    { numRuns: 1_000 },
  );
});
