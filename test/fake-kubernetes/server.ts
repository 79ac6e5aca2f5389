/**
 * A Kubernetes API server in memory, over real HTTP: list, watch, get, create, update, patch and delete of any resource,
 * with resource versions, conflicts and 410, and with switches to break it in the ways real ones break.
 */
import type { AddressInfo } from "node:net";
import Fastify from "fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import jsonPatch from "fast-json-patch";
import type { KubernetesApi, KubernetesObject } from "../../src/kubernetes/api.ts";
import { createHttpApi } from "../../src/kubernetes/http-api.ts";
import { applied } from "./apply.ts";
import { FakePortForwards } from "./port-forwards.ts";
import { FakeStatus, FakeStore } from "./store.ts";
import { FakeWatches } from "./watches.ts";

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The name given to `client()`. */
  readonly client: string;
}

/** `/api/v1/namespaces/a/secrets/b` -> collection `/api/v1/namespaces/a/secrets`, name `b`. */
const resourcePath =
  /^(?<collection>\/(?:api\/v1|apis\/[^/]+\/[^/]+)\/(?:namespaces\/[^/]+\/[a-z]+|[a-z]+))(?:\/(?<name>[^/]+))?$/;

export class FakeKubernetes {
  readonly store = new FakeStore();
  readonly watches = new FakeWatches(this.store);
  /** Every request but watches, in order. */
  readonly requests: ReceivedRequest[] = [];
  version = { major: "1", minor: "34" };
  /** Asked before each request: a status to answer with instead. */
  fault: (request: ReceivedRequest) => number | undefined = () => undefined;
  /** Awaited before each request but watches. */
  gate: (request: ReceivedRequest) => Promise<void> = () => Promise.resolve();
  /** Asked before each request but watches: an answer of the test's own; undefined for the ordinary one. */
  answer: (request: ReceivedRequest, body: unknown) => unknown = () => undefined;
  readonly portForwards = new FakePortForwards();
  /** Items per page of a list. */
  pageSize = 500;
  inFlight = 0;
  #app: FastifyInstance | undefined;
  #port = 0;
  readonly #clients: KubernetesApi[] = [];

  async start(): Promise<void> {
    const app = Fastify({ forceCloseConnections: true });
    app.addContentTypeParser(/^application\/.*patch\+/, { parseAs: "string" }, (_request, body, done) => {
      done(null, JSON.parse(String(body)));
    });
    app.all("/*", (request, reply) => this.#serve(request, reply));
    app.server.on("upgrade", (request, socket, head) => {
      this.portForwards.accept(request, socket, head);
    });
    await app.listen({ port: this.#port, host: "127.0.0.1" });
    this.#app = app;
    this.#port = (app.server.address() as AddressInfo).port;
  }

  /** Where it listens. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Stops listening and cuts every connection; `start()` brings it back on the same port with the same objects. */
  async stop(): Promise<void> {
    for (const client of this.#clients) client.close();
    this.watches.cut();
    this.portForwards.cut();
    await this.#app?.close();
    this.#app = undefined;
  }

  /** A client of this server, as a replica would have its own. */
  client(name = "test"): KubernetesApi {
    const client = createHttpApi({
      server: new URL(this.url),
      connection: () => Promise.resolve({ tls: {}, headers: { "user-agent": name } }),
    });
    this.#clients.push(client);
    return client;
  }

  async #serve(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const query = request.query as Readonly<Record<string, string>>;
    const [path = ""] = request.url.split("?");
    const client = request.headers["user-agent"] ?? "";
    const received = { method: request.method, path, query, client };
    const fault = this.fault(received);
    if (fault !== undefined) return reply.code(fault).send(status(fault, "Injected", "a fault of the test's"));
    if (query["watch"] === "true") return this.#watch(path, query, reply);
    this.requests.push(received);
    this.inFlight += 1;
    try {
      await this.gate(received);
      return await reply.send(this.answer(received, request.body) ?? this.#answer(request, path, query));
    } catch (error) {
      if (!(error instanceof FakeStatus)) throw error;
      return await reply.code(error.code).send(status(error.code, error.reason, error.message));
    } finally {
      this.inFlight -= 1;
    }
  }

  #answer(request: FastifyRequest, path: string, query: Readonly<Record<string, string>>): unknown {
    if (path === "/version") return this.version;
    const { collection = "", name } = resourcePath.exec(path)?.groups ?? {};
    const body = request.body as KubernetesObject;
    if (request.method === "POST") return this.store.create(collection, body);
    if (name === undefined) return this.#list(collection, query);
    if (request.method === "GET") return this.store.get(collection, name);
    if (request.method === "PUT") return this.store.update(collection, name, body);
    if (request.method === "DELETE") return this.store.delete(collection, name);
    if (request.method === "PATCH") return this.#patch(collection, name, request);
    throw new FakeStatus(405, "MethodNotAllowed", request.method);
  }

  #list(collection: string, query: Readonly<Record<string, string>>): unknown {
    const selected = this.store.listEverywhere(collection).filter((object) => matches(object, query));
    const from = Number(query["continue"] ?? 0);
    const to = from + this.pageSize;
    return {
      metadata: {
        resourceVersion: String(this.store.revision),
        ...(to < selected.length && { continue: String(to) }),
      },
      // As the API server writes an empty list.
      items: selected.length === 0 ? null : selected.slice(from, to),
    };
  }

  #apply(collection: string, name: string, request: FastifyRequest): KubernetesObject {
    const namespace = /^\/api.*\/namespaces\/([^/]+)\/[a-z]+$/.exec(collection)?.[1];
    if (namespace !== undefined) this.store.get("/api/v1/namespaces", namespace);
    const current = this.store.find(collection, name);
    const sent = applied(structuredClone(current), request.body) as KubernetesObject;
    if ((request.query as Readonly<Record<string, string>>)["dryRun"] !== undefined) return sent;
    return current === undefined ? this.store.create(collection, sent) : this.store.update(collection, name, sent);
  }

  #patch(collection: string, name: string, request: FastifyRequest): KubernetesObject {
    if (request.headers["content-type"] === "application/apply-patch+yaml")
      return this.#apply(collection, name, request);
    const current = structuredClone(this.store.get(collection, name));
    if (request.headers["content-type"] === "application/merge-patch+json") {
      return this.store.update(collection, name, mergePatch(current, request.body) as KubernetesObject);
    }
    try {
      const operations = request.body as Parameters<typeof jsonPatch.applyPatch>[1];
      return this.store.update(collection, name, jsonPatch.applyPatch(current, operations, true).newDocument);
    } catch (error) {
      if (error instanceof FakeStatus) throw error;
      throw new FakeStatus(422, "Invalid", String(error));
    }
  }

  #watch(path: string, query: Readonly<Record<string, string>>, reply: FastifyReply): FastifyReply {
    reply.hijack();
    this.watches.open(reply.raw, path, query);
    return reply;
  }
}

/** The only field selector Outrigger uses, and label selectors of one label. */
export function matches(object: KubernetesObject, query: Readonly<Record<string, string>>): boolean {
  const name = /^metadata\.name=(.+)$/.exec(query["fieldSelector"] ?? "")?.[1];
  const [label = "", value] = (query["labelSelector"] ?? "").split("=");
  return (
    (name === undefined || object.metadata?.name === name) &&
    (value === undefined || object.metadata?.labels?.[label] === value)
  );
}

function status(code: number, reason: string, message: string): unknown {
  return { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message };
}

/** RFC 7386. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const merged = { ...(target as Record<string, unknown>) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged[key] = undefined;
    else merged[key] = mergePatch(merged[key] ?? {}, value);
  }
  return JSON.parse(JSON.stringify(merged));
}
