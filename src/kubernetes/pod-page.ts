/**
 * A page that a pod serves on its loopback interface, where only those reach it who may forward its ports.
 */
import * as http from "node:http";
import type { Duplex } from "node:stream";
import type { ForwardRequest, KubernetesApi } from "./api.ts";
import { ApiError } from "./api.ts";

export interface PodPage extends Omit<ForwardRequest, "signal"> {
  /** Absolute, e.g. `/proxies`. */
  readonly path: string;
  /** For the whole exchange. */
  readonly timeoutMs: number;
}

/**
 * Asks for a page; resolves to its JSON.
 *
 * @throws ApiError for any status but 2xx, of the API server or of the page; an ordinary Error where there was no answer
 */
export async function readPodPage<T>(api: Pick<KubernetesApi, "forward">, request: PodPage): Promise<T> {
  const { path, timeoutMs, ...port } = request;
  const signal = AbortSignal.timeout(timeoutMs);
  const connection = await api.forward({ ...port, signal });
  try {
    const response = await ask(connection, path);
    let text = "";
    for await (const chunk of response.setEncoding("utf8") as AsyncIterable<string>) text += chunk;
    const { statusCode = 0, statusMessage = "" } = response;
    if (statusCode < 200 || statusCode > 299) throw new ApiError(statusCode, "", statusMessage);
    return JSON.parse(text) as T;
  } catch (error) {
    // HTTP only knows that the connection has ended; the connection knows why.
    throw connection.errored ?? error;
  } finally {
    connection.destroy();
  }
}

async function ask(connection: Duplex, path: string): Promise<http.IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const headers = { host: "localhost", connection: "close", accept: "application/json" };
  const request = http.request({ createConnection: () => connection, path, headers });
  request.on("response", resolve);
  // Stays subscribed: a connection lost after the answer began must reject nothing, and crash nothing either.
  for (const source of [request, connection]) source.on("error", reject);
  if (connection.errored !== null) reject(connection.errored);
  request.end();
  return promise;
}
