/**
 * Certificates against a real API server, which calls a real webhook while everything about its certificates changes.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { rotateAnnotation } from "../../../src/certificates/authority-secret.ts";
import { bundleOf, readAuthorities } from "../../../src/certificates/authority.ts";
import type { Authority, SecretData } from "../../../src/certificates/authority.ts";
import { defaultCertificatePolicy } from "../../../src/certificates/certificate-policy.ts";
import { isTrusted } from "../../../src/certificates/chain.ts";
import { issueAuthority } from "../../../src/certificates/issue.ts";
import { readBundles } from "../../../src/certificates/webhook-configuration.ts";
import type { WebhookConfiguration } from "../../../src/certificates/webhook-configuration.ts";
import { captureLogger } from "../../captured-logger.ts";
import { startLoadBalancer } from "../../e2e/load-balancer.ts";
import type { LoadBalancer } from "../../e2e/load-balancer.ts";
import { eventually } from "../../eventually.ts";
import { openApiServer } from "./api-server.ts";
import type { ApiServer } from "./api-server.ts";
import { startReplica } from "./labelling-webhook.ts";
import type { WebhookReplica } from "./labelling-webhook.ts";

const name = `outrigger-it-${randomBytes(4).toString("hex")}`;
const secretName = "webhook-certificates";
const secretPath = `/api/v1/namespaces/${name}/secrets/${secretName}`;
const configurations = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
const configurationPath = `${configurations}/${name}`;
const policy = { ...defaultCertificatePolicy, settleMs: 1_500, narrowMs: 8_000, pollMs: 5_000 };

describe("certificates on a real API server", { timeout: 300_000 }, () => {
  let server: ApiServer;
  let balancer: LoadBalancer;
  const captured = captureLogger();
  const replicas: WebhookReplica[] = [];

  before(async () => {
    server = await openApiServer();
    const { api } = server;
    await api.request({ method: "POST", path: "/api/v1/namespaces", body: namespaceObject() });
    balancer = await startLoadBalancer({ host: "127.0.0.1", probeIntervalMs: 50, propagationMs: 200 });
    await api.request({ method: "POST", path: configurations, body: configurationObject(balancer.port) });
    await Promise.all([addReplica(), addReplica()]);
    await eventually("both replicas are ready", () => balancer.readyBackends() === 2);
  });

  after(async () => {
    await server.api.request({ method: "DELETE", path: configurationPath });
    await server.api.request({ method: "DELETE", path: `/api/v1/namespaces/${name}` });
    for (const replica of replicas) await replica.stop();
    await balancer.close();
    await server.close();
  });

  async function addReplica(): Promise<WebhookReplica> {
    const replica = await startReplica({
      api: await server.connect(),
      log: captured.log,
      policy,
      secret: { namespace: name, name: secretName },
      configuration: { resource: "mutatingwebhookconfigurations", name },
    });
    replicas.push(replica);
    balancer.add(replica.backend);
    return replica;
  }

  /** Creates a pod without storing it: `labelled` where the webhook was there, or what went wrong. */
  async function createPod(): Promise<string> {
    try {
      const path = `/api/v1/namespaces/${name}/pods`;
      const created = await server.api.request<{ metadata: { labels: Record<string, string> } }>({
        method: "POST",
        path,
        query: { dryRun: "All" },
        body: podObject(),
      });
      return created.metadata.labels["labelled"] === "yes" ? "labelled" : "not labelled";
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** Creates pods without a pause while something happens, and counts what became of them. */
  async function createPodsWhile(happening: () => Promise<void>): Promise<Readonly<Record<string, number>>> {
    const outcomes: Record<string, number> = {};
    let going = true;
    const creator = async (): Promise<void> => {
      while (going) {
        const outcome = await createPod();
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      }
    };
    const creators = [creator(), creator(), creator()];
    try {
      await happening();
    } finally {
      going = false;
      await Promise.all(creators);
    }
    return outcomes;
  }

  async function readSecret(): Promise<readonly Authority[]> {
    const { data = {} } = await server.api.request<{ data?: SecretData }>({ method: "GET", path: secretPath });
    return readAuthorities(data);
  }

  async function liveBundles(): Promise<readonly string[]> {
    return readBundles(await server.api.request<WebhookConfiguration>({ method: "GET", path: configurationPath }));
  }

  async function patch(path: string, body: unknown): Promise<void> {
    await server.api.request({ method: "PATCH", path, contentType: "application/merge-patch+json", body });
  }

  async function setBundles(pem: string): Promise<void> {
    const value = Buffer.from(pem).toString("base64");
    const body = [0, 1].map((index) => ({ op: "add", path: `/webhooks/${index}/clientConfig/caBundle`, value }));
    await server.api.request({
      method: "PATCH",
      path: configurationPath,
      contentType: "application/json-patch+json",
      body,
    });
  }

  function servedBy(authority: Authority | undefined): number {
    const bundle = authority?.certificate ?? "";
    return replicas.filter(({ certificates }) => {
      const served = certificates.source.current();
      return served !== undefined && isSignedBy(served.certificate, bundle);
    }).length;
  }

  it("two replicas share one CA, and the API server trusts both", async () => {
    const authorities = await readSecret();
    assert.equal(authorities.length, 1);
    const bundle = bundleOf(authorities);
    assert.deepEqual(await liveBundles(), [bundle, bundle]);
    for (let pod = 0; pod < 10; pod += 1) assert.equal(await createPod(), "labelled");
    assert.ok(replicas.every(({ calls }) => calls() > 0));
  });

  it("three rotations lose no pod", async () => {
    const outcomes = await createPodsWhile(async () => {
      for (const round of [1, 2, 3]) {
        const [newest] = await readSecret();
        await patch(secretPath, { metadata: { annotations: { [rotateAnnotation]: `round ${round}` } } });
        await eventually(
          "a new CA is in the Secret",
          async () => (await readSecret())[0]?.number === (newest?.number ?? 0) + 1,
        );
        const [next] = await readSecret();
        await eventually("all replicas serve by it", () => servedBy(next) === 2);
      }
    });
    assert.deepEqual(Object.keys(outcomes), ["labelled"], JSON.stringify(outcomes));
    assert.ok((outcomes["labelled"] ?? 0) > 20, JSON.stringify(outcomes));
    assert.equal((await readSecret()).length, 4);
  });

  it("a deleted Secret comes back with the same CAs and loses no pod", async () => {
    const authorities = await readSecret();
    const outcomes = await createPodsWhile(async () => {
      await server.api.request({ method: "DELETE", path: secretPath });
      await eventually("it is back", () =>
        readSecret().then(
          () => true,
          () => false,
        ),
      );
      await sleep(500);
    });
    assert.deepEqual(await readSecret(), authorities);
    assert.deepEqual(Object.keys(outcomes), ["labelled"], JSON.stringify(outcomes));
  });

  it("replicas that come and go lose no pod, also in the middle of a rotation", async () => {
    const outcomes = await createPodsWhile(async () => {
      await patch(secretPath, { metadata: { annotations: { [rotateAnnotation]: "while rolling" } } });
      for (let round = 0; round < 2; round += 1) {
        await addReplica();
        await eventually("the new one is ready", () => balancer.readyBackends() === 3);
        const [oldest] = replicas.splice(0, 1);
        assert.ok(oldest !== undefined);
        balancer.remove(oldest.backend);
        await eventually("the old one gets no more calls", () => balancer.readyBackends() === 2);
        await sleep(300);
        await oldest.stop();
      }
    });
    assert.deepEqual(Object.keys(outcomes), ["labelled"], JSON.stringify(outcomes));
  });

  it("an edited configuration is healed within moments", async (t) => {
    const wanted = await liveBundles();
    const foreign = await issueAuthority(1, Date.now(), 3_600_000);
    for (const edited of ["", foreign.certificate]) {
      await setBundles(edited);
      const editedAt = performance.now();
      await eventually("it is healed", async () => {
        const bundles = await liveBundles();
        return bundles.every((bundle, index) => bundle.includes(wanted[index] ?? ""));
      });
      t.diagnostic(`healed after ${(performance.now() - editedAt).toFixed(1)} ms`);
      // The API server itself hears of it a moment later.
      await eventually("pods are labelled again", async () => (await createPod()) === "labelled");
      t.diagnostic(`pods are labelled again after ${(performance.now() - editedAt).toFixed(1)} ms`);
      assert.equal(balancer.readyBackends(), 2, "no replica was taken out of service for it");
    }
    await eventually("the foreign CA is dropped", async () => (await liveBundles())[0] === wanted[0], 60_000);
  });

  it("a restart of the API server leaves everything as it was", async () => {
    if (server.restart === undefined) return;
    await server.restart(1);
    const [newest] = await readSecret();
    await patch(secretPath, { metadata: { annotations: { [rotateAnnotation]: "after the restart" } } });
    await eventually(
      "all replicas serve by a new CA",
      async () => {
        const [next] = await readSecret();
        return next?.number !== newest?.number && servedBy(next) === replicas.length;
      },
      60_000,
    );
    assert.equal(await createPod(), "labelled");
  });

  it("nothing failed unheard", () => {
    const unexpected = captured.lines.filter(
      ({ level, msg }) => level >= 40 && !/^kubernetes watch failed|not reconciled$/.test(msg),
    );
    assert.deepEqual(unexpected, []);
  });
});

function isSignedBy(certificate: string, authority: string): boolean {
  return isTrusted(certificate, authority, Date.now());
}

function namespaceObject(): object {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { "outrigger.dev/test": name } } };
}

function configurationObject(port: number): object {
  const entry = {
    admissionReviewVersions: ["v1"],
    sideEffects: "None",
    failurePolicy: "Fail",
    timeoutSeconds: 5,
    namespaceSelector: { matchLabels: { "outrigger.dev/test": name } },
    rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
    clientConfig: { url: `https://127.0.0.1:${port}/` },
  };
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration",
    metadata: { name },
    webhooks: ["first", "second"].map((each) => ({ ...entry, name: `${each}.outrigger.dev` })),
  };
}

function podObject(): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { generateName: "pod-", labels: { app: "test" } },
    spec: { automountServiceAccountToken: false, containers: [{ name: "app", image: "example.test/app:1" }] },
  };
}
