/**
 * A connection to a port of a pod's loopback interface, through the API server and the kubelet: `kubectl port-forward`
 * without the local port. Whoever may do that is decided by the API server, so what listens there needs no login of its own.
 *
 * Spoken over a WebSocket, in the protocol `v4.channel.k8s.io`: the first byte of each message is its channel, data on 0 and
 * an error's text on 1; the first message of each channel only repeats the port, as two bytes. Source: Kubernetes,
 * k8s.io/kubelet/pkg/cri/streaming/portforward.
 */
import type { IncomingMessage } from "node:http";
import type { RequestOptions } from "node:https";
import { Duplex } from "node:stream";
import { WebSocket } from "ws";
import type { RawData } from "ws";

const protocol = "v4.channel.k8s.io";
const channels = { data: 0, error: 1 } as const;
const portBytes = 2;

export interface ForwardedPort {
  /** `wss:` or `ws:`, the pod's `portforward` and the query that names the port. */
  readonly url: URL;
  /** TLS, credentials, agent. */
  readonly options: RequestOptions;
  /** Makes an error of an answer that is no upgrade. */
  readonly refused: (response: IncomingMessage) => Promise<Error>;
  /** Ends the attempt, and the connection too. */
  readonly signal: AbortSignal;
}

/**
 * Connects; resolves once the API server has agreed, which says nothing of the pod: a port that nobody listens on becomes
 * an error of the stream.
 *
 * @throws what `refused` makes; an ordinary Error where there was no answer
 */
export async function forwardPort({ url, options, refused, signal }: ForwardedPort): Promise<Duplex> {
  signal.throwIfAborted();
  // Handed on to node:https as they are; the types of `ws` know them a little differently.
  const handedOn: object = { ...options, perMessageDeflate: false };
  const socket = new WebSocket(url, [protocol], handedOn);
  const stream = streamOf(socket);
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const abort = (): void => {
    reject(signal.reason as Error);
    stream.destroy(signal.reason as Error);
  };
  signal.addEventListener("abort", abort, { once: true });
  socket.on("close", () => {
    signal.removeEventListener("abort", abort);
  });
  socket.on("open", () => {
    resolve(undefined);
  });
  socket.on("unexpected-response", (_request, response) => {
    void refused(response).then(reject, reject);
  });
  socket.on("error", reject);
  try {
    await promise;
    return stream;
  } catch (error) {
    stream.destroy();
    throw error;
  }
}

/** What arrives is handed on as it comes; nobody asks for more than a page, so nothing has to be held back. */
function streamOf(socket: WebSocket): Duplex {
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      socket.send(Buffer.concat([Buffer.of(channels.data), chunk]), done);
    },
    // The protocol has no half-closed connections: an end of ours would cut off the answer.
    final: (done) => {
      done();
    },
    destroy: (error, done) => {
      socket.terminate();
      done(error);
    },
  });
  // It may fail before anybody listens, or after the last one has gone; `errored` keeps why.
  stream.on("error", () => undefined);
  const begun = new Set<number>();
  socket.on("message", (data: RawData) => {
    const message = bytesOf(data);
    const [channel = -1] = message;
    const content = message.subarray(begun.has(channel) ? 1 : 1 + portBytes);
    begun.add(channel);
    if (content.length === 0) return;
    if (channel === channels.error) stream.destroy(new Error(content.toString("utf8").trim()));
    else stream.push(content);
  });
  socket.on("error", (error) => stream.destroy(error));
  socket.on("close", () => {
    stream.push(null);
  });
  return stream;
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
