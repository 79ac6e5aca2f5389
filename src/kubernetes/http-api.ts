/**
 * The Kubernetes API over node:https.
 *
 * One kept-alive agent carries all requests; credentials are asked for on each, because service-account tokens rotate.
 */
import * as http from "node:http";
import * as https from "node:https";
import type { Duplex } from "node:stream";
import type { ApiRequest, ForwardRequest, KubernetesApi, WatchEvent, WatchRequest } from "./api.ts";
import { ApiError } from "./api.ts";

/** Where the API server is and how to prove who we are. */
export interface ApiEndpoint {
  /** e.g. `https://10.96.0.1:443`; a path in it prefixes every request's. */
  readonly server: URL;
  /** TLS options and credentials for the next request. */
  connection(): Promise<ConnectionOptions>;
}

export interface ConnectionOptions {
  /** `ca`, `cert`, `key`, `servername`, `rejectUnauthorized`, `auth`. */
  readonly tls: https.RequestOptions;
  readonly headers: Readonly<Record<string, string>>;
  /** Replaces our own, where there is a proxy on the way. */
  readonly agent?: http.Agent;
}

/** Longer than any healthy answer, shorter than people's patience. */
const defaultTimeoutMs = 15_000;
/** As client-go: finds connections that died without a word, also below a watch that has nothing to say. */
const keepAliveProbeMs = 30_000;

interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** An API client for one endpoint. */
export function createHttpApi(endpoint: ApiEndpoint): KubernetesApi {
  const plain = endpoint.server.protocol === "http:";
  const agentOptions = { keepAlive: true, keepAliveMsecs: keepAliveProbeMs };
  const agent = plain ? new http.Agent(agentOptions) : new https.Agent(agentOptions);

  function urlOf(path: string, query: Readonly<Record<string, string>>): URL {
    const url = new URL(endpoint.server.href.replace(/\/$/, "") + path);
    url.search = new URLSearchParams(query).toString();
    return url;
  }

  async function send(exchange: Exchange): Promise<http.IncomingMessage> {
    const connection = await endpoint.connection();
    const url = urlOf(exchange.path, exchange.query);
    const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
    const request = (plain ? http : https).request(url, {
      ...connection.tls,
      agent: connection.agent ?? agent,
      method: exchange.method,
      headers: { ...connection.headers, ...exchange.headers },
      signal: exchange.signal,
    });
    request.on("response", resolve);
    // Stays subscribed after the answer began: a connection lost later must reject nothing, and crash nothing either.
    request.on("error", reject);
    request.end(exchange.body);
    return promise;
  }

  async function forward({ namespace, pod, port, signal }: ForwardRequest): Promise<Duplex> {
    // Read by commands only: servers never load it.
    const { forwardPort } = await import("./port-forward.ts");
    const { tls, headers, agent } = await endpoint.connection();
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}/portforward`;
    const url = urlOf(path, { ports: String(port) });
    url.protocol = plain ? "ws:" : "wss:";
    const refused = async (response: http.IncomingMessage): Promise<Error> =>
      errorOf(response, await readText(response));
    return forwardPort({ url, options: { ...tls, headers, ...(agent && { agent }) }, refused, signal });
  }

  return {
    request: async <T>(request: ApiRequest): Promise<T> => {
      const timeout = AbortSignal.timeout(request.timeoutMs ?? defaultTimeoutMs);
      const body = request.body === undefined ? undefined : JSON.stringify(request.body);
      const response = await send({
        method: request.method,
        path: request.path,
        query: request.query ?? {},
        headers: {
          accept: request.accept ?? "application/json",
          ...(body !== undefined && {
            "content-type": request.contentType ?? "application/json",
            "content-length": String(Buffer.byteLength(body)),
          }),
        },
        ...(body !== undefined && { body }),
        signal: request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]),
      });
      const text = await readText(response);
      if (!isSuccess(response)) throw errorOf(response, text);
      return (request.answer === "text" ? text : JSON.parse(text)) as T;
    },
    watch: (request) => streamWatch(request, send),
    forward,
    close: () => {
      agent.destroy();
    },
  };
}

async function* streamWatch(
  { path, query, accept, signal }: WatchRequest,
  send: (exchange: Exchange) => Promise<http.IncomingMessage>,
): AsyncGenerator<WatchEvent> {
  const headers = { accept: accept ?? "application/json" };
  const response = await send({ method: "GET", path, query: { ...query, watch: "true" }, headers, signal });
  if (!isSuccess(response)) throw errorOf(response, await readText(response));
  let rest = "";
  for await (const chunk of response.setEncoding("utf8") as AsyncIterable<string>) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") yield parseEvent(line);
  }
}

function parseEvent(line: string): WatchEvent {
  const event = JSON.parse(line) as { type: string; object: unknown };
  if (event.type !== "ERROR") return event as WatchEvent;
  const status = event.object as { code?: number; reason?: string; message?: string };
  throw new ApiError(status.code ?? 500, status.reason ?? "", status.message ?? "the watch ended with an error");
}

function isSuccess({ statusCode = 0 }: http.IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300;
}

async function readText(response: http.IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8") as AsyncIterable<string>) text += chunk;
  return text;
}

/** A proxy between us and the API server may answer with a page instead of a `Status`. */
function errorOf({ statusCode = 0, statusMessage = "" }: http.IncomingMessage, text: string): ApiError {
  try {
    const { reason = "", message = statusMessage } = JSON.parse(text) as { reason?: string; message?: string };
    return new ApiError(statusCode, reason, message);
  } catch {
    return new ApiError(statusCode, "", statusMessage);
  }
}
