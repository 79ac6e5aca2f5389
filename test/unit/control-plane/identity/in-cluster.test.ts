/**
 * Identity against an API server: the Secret that replicas share, the Secret that users bring, the ConfigMap in every
 * namespace.
 */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { Registry } from "prom-client";
import { parse } from "yaml";
import type { AuthoritySource } from "../../../../src/control-plane/identity/signing-authority.ts";
import { createGivenAuthorities } from "../../../../src/control-plane/identity/given-authorities.ts";
import { defaultIdentityPolicy } from "../../../../src/control-plane/identity/identity-policy.ts";
import { issueRoot } from "../../../../src/control-plane/identity/issue-certificate.ts";
import { createServerCertificate } from "../../../../src/control-plane/identity/server-certificate.ts";
import { createSharedAuthorities } from "../../../../src/control-plane/identity/shared-authorities.ts";
import { trustBundleOf } from "../../../../src/control-plane/identity/trust-bundle.ts";
import { createTrustConfigMaps } from "../../../../src/control-plane/identity/trust-config-maps.ts";
import type { IdentityChange } from "../../../../src/control-plane/identity/workload-secrets.ts";
import { isTrusted } from "../../../../src/certificates/chain.ts";
import { systemClock } from "../../../../src/clock.ts";
import { createIdentityMetrics } from "../../../../src/observability/identity-metrics.ts";
import { captureLogger } from "../../../captured-logger.ts";
import { eventually } from "../../../eventually.ts";
import { FakeKubernetes } from "../../../fake-kubernetes/server.ts";

const namespace = "outrigger-system";
const secrets = `/api/v1/namespaces/${namespace}/secrets`;
const secret = { namespace, name: "outrigger-workload-ca" };
const policy = defaultIdentityPolicy;

let server: FakeKubernetes;
let stops: (() => void)[] = [];
beforeEach(async () => {
  server = new FakeKubernetes();
  await server.start();
});
afterEach(async () => {
  for (const stop of stops) stop();
  stops = [];
  await server.stop();
});

function common(name: string): Parameters<typeof createGivenAuthorities>[0] {
  const watchTimings = { backoff: { firstMs: 5, longestMs: 20 } };
  const { log } = captureLogger();
  return { api: server.client(name), secret, policy, clock: systemClock, random: Math.random, log, watchTimings };
}

async function share(name: string): Promise<AuthoritySource & { idle(): Promise<void> }> {
  const authorities = createSharedAuthorities({ ...common(name), trustDomain: "cluster.local" });
  stops.push(() => {
    authorities.stop();
  });
  await authorities.start();
  return authorities;
}

describe("the Secret that replicas share", () => {
  test("two that start at the same time have one root, also when a third comes later", async () => {
    const [one, other] = await Promise.all([share("one"), share("other")]);
    const third = await share("third");
    const prints = [one, other, third].map((source) => source.current().map(({ fingerprint }) => fingerprint));
    assert.equal(prints[0]?.length, 1);
    assert.deepEqual(prints[1], prints[0]);
    assert.deepEqual(prints[2], prints[0]);
  });

  test("an annotation asks for another root, which all hear of", async () => {
    const [one, other] = [await share("one"), await share("other")];
    const stored = structuredClone(server.store.get(secrets, secret.name));
    const annotations = { "outrigger.dev/rotate": "" };
    server.store.update(secrets, secret.name, { ...stored, metadata: { ...stored.metadata, annotations } });
    await eventually("both have two", () => one.current().length === 2 && other.current().length === 2);
    assert.deepEqual(server.store.get(secrets, secret.name).metadata?.annotations, {});
    assert.equal(trustBundleOf(one.current()), trustBundleOf(other.current()));
  });

  test("a Secret that was deleted comes back with the roots that were known", async () => {
    const one = await share("one");
    const before = trustBundleOf(one.current());
    server.store.delete(secrets, secret.name);
    await eventually("it is back", () => server.store.find(secrets, secret.name) !== undefined);
    await one.idle();
    assert.equal(trustBundleOf(one.current()), before);
  });

  test("the server's certificate is by its root", async () => {
    const authorities = await share("one");
    const names = [{ type: "dns", value: "outrigger-control-plane.outrigger-system.svc" } as const];
    const certificate = createServerCertificate({ ...common("one"), authorities, names });
    stops.push(certificate.stop);
    await certificate.start();
    const chain = certificate.current()?.certificate ?? "";
    assert.ok(isTrusted(chain, trustBundleOf(authorities.current()), Date.now()));
  });
});

describe("the Secret that users bring", () => {
  test("is read, and read again when it changes; what cannot be used changes nothing", async () => {
    const authorities = createGivenAuthorities(common("one"));
    stops.push(() => {
      authorities.stop();
    });
    let changes = 0;
    authorities.onChange(() => {
      changes += 1;
    });
    await authorities.start();
    assert.deepEqual(authorities.current(), []);
    const encode = (text: string): string => Buffer.from(text).toString("base64");
    const put = (number: number): void => {
      const { certificate, key } = issueRoot("cluster.local", number, Date.now(), 86_400_000);
      const data = { "ca.crt": encode(certificate), "ca.key": encode(key) };
      const object = { metadata: { name: secret.name, namespace }, data };
      if (server.store.find(secrets, secret.name) === undefined) server.store.create(secrets, object);
      else server.store.update(secrets, secret.name, object);
    };
    put(1);
    await eventually("it is there", () => authorities.current().length === 1);
    put(2);
    await eventually("both are there", () => authorities.current().length === 2);
    const broken = { metadata: { name: secret.name, namespace }, data: { "ca.key": encode("x") } };
    server.store.update(secrets, secret.name, broken);
    put(3);
    await eventually("the third is there", () => authorities.current().length === 3);
    assert.equal(changes, 3);
  });
});

describe("the ConfigMap with the roots", () => {
  const fileOf = (name: string): unknown => {
    const found = server.store.find(`/api/v1/namespaces/${name}/configmaps`, "outrigger-trust");
    return (found as { data?: Record<string, string> } | undefined)?.data?.["root.yaml"];
  };
  const rootOf = (file: unknown): string => {
    const { resources } = parse(String(file)) as {
      resources: { name: string; validation_context: { trusted_ca: { inline_string: string } } }[];
    };
    assert.equal(resources[0]?.name, "control-plane-trust");
    return resources[0].validation_context.trusted_ca.inline_string;
  };
  const create = (name: string): void => {
    server.store.create("/api/v1/namespaces", { metadata: { name } });
  };
  const writes = (): number => server.requests.filter(({ method }) => method === "PATCH").length;

  let bundle = "";
  let tell: (change: IdentityChange) => void = () => undefined;
  const start = (): ReturnType<typeof createTrustConfigMaps> => {
    const maps = createTrustConfigMaps({
      ...common("one"),
      pollMs: 60_000,
      metrics: createIdentityMetrics(new Registry()),
      secrets: {
        trustBundle: () => bundle,
        subscribe: (listener) => {
          tell = listener;
          return () => undefined;
        },
      },
    });
    stops.push(maps.stop);
    maps.start();
    return maps;
  };

  test("is in every namespace but Kubernetes' own, in those that come later too, and is put right", async () => {
    for (const name of ["shop", "bank", "kube-system"]) create(name);
    bundle = "first\n";
    const maps = start();
    await eventually("they are written", () => fileOf("shop") !== undefined && fileOf("bank") !== undefined);
    await eventually("it is said", () => maps.unready() === undefined);
    assert.equal(rootOf(fileOf("shop")), "first\n");
    assert.equal(fileOf("kube-system"), undefined);
    create("late");
    await eventually("the late one has it", () => fileOf("late") !== undefined);
    server.store.delete("/api/v1/namespaces/shop/configmaps", "outrigger-trust");
    await eventually("it is back", () => fileOf("shop") !== undefined);
    bundle = "second\n";
    tell({ identities: new Set(), trust: true });
    for (const name of ["shop", "bank", "late"]) {
      await eventually(`${name} has the new one`, () => rootOf(fileOf(name)) === "second\n");
    }
    await maps.idle();
    assert.equal(writes(), 7);
  });

  test("a namespace that takes none keeps the others waiting for nothing, and one that is going is left alone", async () => {
    for (const name of ["full", "shop"]) create(name);
    server.store.create("/api/v1/namespaces", {
      metadata: { name: "going", deletionTimestamp: "2026-01-01T00:00:00Z" },
    } as object);
    server.fault = ({ method, path }) => (method === "PATCH" && path.includes("/full/") ? 403 : undefined);
    bundle = "first\n";
    const maps = start();
    await eventually("the other has it", () => fileOf("shop") !== undefined);
    await eventually("it is said", () => maps.unready() === undefined);
    assert.equal(fileOf("going"), undefined);
    server.fault = () => undefined;
    await eventually("it has it in the end", () => fileOf("full") !== undefined);
  });

  test("nothing is written before there are roots", async () => {
    create("shop");
    bundle = "";
    const maps = start();
    await eventually("it has looked", () => server.requests.some(({ path }) => path === "/api/v1/configmaps"));
    await maps.idle();
    assert.notEqual(maps.unready(), undefined);
    assert.equal(writes(), 0);
  });
});
