/**
 * What becomes of a connection from which no request can be read: counted, logged where somebody looks for it, answered
 * if the client can still be told, closed. Port scans and load balancers' checks come here every few seconds.
 */
import type { Socket } from "node:net";
import { OutriggerError } from "../errors.ts";
import type { Log } from "../observability/logger.ts";
import type { OperationMetrics } from "../observability/operation-metrics.ts";
import { httpError } from "./http-answer.ts";

type ConnectionErrorReason = Parameters<OperationMetrics["connectionError"]>[0];

/** Makes the handler of Node's `clientError` event, which a TLS server emits for failed handshakes too. */
export function createConnectionErrorHandler(
  log: Log,
  metrics: Pick<OperationMetrics, "connectionError">,
): (error: NodeJS.ErrnoException, socket: Socket) => void {
  return (error, socket) => {
    const reason = reasonOf(error.code ?? "");
    if (reason === "timeout" && isUnused(socket)) return;
    metrics.connectionError(reason);
    log.debug({ code: error.code, reason, remote: socket.remoteAddress }, "connection failed");
    if ((reason === "http" || reason === "timeout") && socket.writable) socket.write(lastAnswer(error.message));
    socket.destroy();
  };
}

/**
 * The API server opens connections for requests that then go over others; they wait in its pool without having carried a
 * byte. Node counts a first request's time from connecting, so they run into it; to cut one would meet the request that
 * is just being sent over it. They end after `webhookTimeouts.inactivity`.
 */
function isUnused({ bytesRead }: Socket): boolean {
  return bytesRead === 0;
}

function reasonOf(code: string): ConnectionErrorReason {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return "timeout";
  if (code.startsWith("HPE_")) return "http";
  // Node reports a client that goes away during the handshake as ECONNRESET, and one that takes too long for it as a TLS error.
  if (code === "ECONNRESET" || code === "EPIPE") return "reset";
  return "tls";
}

/** A whole HTTP response as text: there is no response object to write one with. */
function lastAnswer(detail: string): string {
  const { status, body } = httpError(new OutriggerError("OUTRIGGER_REQUEST_INVALID", detail));
  const head = [
    `HTTP/1.1 ${status} Bad Request`,
    "Connection: close",
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}
