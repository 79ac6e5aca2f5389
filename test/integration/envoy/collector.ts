/**
 * An OpenTelemetry collector that keeps what it gets: OTLP over gRPC, where one message may hold many spans.
 */
import type { Http2Server } from "node:http2";
import { createServer } from "node:http2";

const received: string[] = [];

/** The messages so far, as latin1 text in which the strings of the protobuf can be found. */
export function collectedSpans(): readonly string[] {
  return received;
}

/** Takes any gRPC call and answers it with an empty message. */
export function collectSpans(): Http2Server {
  const server = createServer();
  server.on("stream", (stream) => {
    const parts: Buffer[] = [];
    stream.on("error", () => undefined);
    stream.on("data", (part: Buffer) => parts.push(part));
    stream.on("end", () => {
      received.push(Buffer.concat(parts).toString("latin1"));
      stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
      stream.on("wantTrailers", () => {
        stream.sendTrailers({ "grpc-status": "0" });
      });
      stream.end(Buffer.from([0, 0, 0, 0, 0]));
    });
  });
  return server;
}
