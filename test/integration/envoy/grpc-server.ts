/**
 * HTTP/2 without TLS: an echo, and the gRPC health service (`grpc.health.v1`) written out by hand.
 */
import type { Http2Server, ServerHttp2Stream } from "node:http2";
import { constants, createServer } from "node:http2";
import { state } from "./application-state.ts";

/** A length-prefixed message of one field: `status`, number 1, SERVING = 1 or NOT_SERVING = 2. */
function healthMessage(): Buffer {
  return Buffer.from([0, 0, 0, 0, 2, 0x08, state.serving ? 1 : 2]);
}

/** The `service` field, number 1, of a request. */
function serviceIn(message: Buffer): string {
  return message.length > 7 ? message.subarray(7).toString() : "";
}

function check(stream: ServerHttp2Stream): void {
  const parts: Buffer[] = [];
  stream.on("data", (part: Buffer) => parts.push(part));
  stream.on("end", () => {
    const known = ["", "shop.Cart"].includes(serviceIn(Buffer.concat(parts)));
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => {
      stream.sendTrailers({ "grpc-status": known ? "0" : "5" });
    });
    stream.end(known ? healthMessage() : undefined);
  });
}

/** Every message comes back as soon as it is there, and then the status OK. */
function echoMessages(stream: ServerHttp2Stream): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => {
    stream.sendTrailers({ "grpc-status": "0" });
  });
  stream.pipe(stream);
}

/** How often each path has been refused. */
const refusals = new Map<string, number>();

/** Each path is refused once, before anybody looks at it, and then answered with how often it came. */
function refuseOnce(stream: ServerHttp2Stream, path: string): void {
  const before = refusals.get(path) ?? 0;
  refusals.set(path, before + 1);
  if (before === 0) {
    stream.close(constants.NGHTTP2_REFUSED_STREAM);
    return;
  }
  stream.respond({ ":status": 200 });
  stream.end(`asked ${before + 1} times`);
}

/** Any other path than the health service's and that of the stream is echoed. */
export function grpcServer(): Http2Server {
  const server = createServer();
  server.on("stream", (stream, headers) => {
    stream.on("error", () => undefined);
    if (headers[":path"]?.startsWith("/refused/") === true) refuseOnce(stream, headers[":path"]);
    else if (headers[":path"] === "/grpc.health.v1.Health/Check") check(stream);
    else if (headers[":path"] === "/shop.Talk/Echo") echoMessages(stream);
    else {
      stream.respond({ ":status": 200, "x-seen-authority": headers[":authority"] });
      stream.end(`${headers[":method"] ?? ""} ${headers[":path"] ?? ""} over HTTP/2`);
    }
  });
  return server;
}
