/**
 * A gRPC client written out by hand: one call, with as many messages as there are texts.
 */
import type { IncomingHttpHeaders } from "node:http2";
import { connect } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";

export interface GrpcCall {
  readonly host: string;
  readonly port: number;
  /** `/<service>/<method>`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly messages?: readonly string[];
  /** Before each message but the first, in milliseconds. */
  readonly pauseMs?: number;
}

export interface GrpcAnswer {
  /** `grpc-status`; undefined where there was none. */
  readonly status: string | undefined;
  readonly message: string | undefined;
  /** Everything that was sent, without the prefixes of length. */
  readonly messages: readonly string[];
}

const prefixLength = 5;

/** A flag for compression, and the length in four bytes (gRPC over HTTP2, "Length-Prefixed-Message"). */
function framed(message: string): Buffer {
  const bytes = Buffer.from(message);
  const prefix = Buffer.alloc(prefixLength);
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}

function unframed(bytes: Buffer): readonly string[] {
  if (bytes.length < prefixLength) return [];
  const end = prefixLength + bytes.readUInt32BE(1);
  return [bytes.subarray(prefixLength, end).toString(), ...unframed(bytes.subarray(end))];
}

function text(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Calls, and waits for the end of the answer. */
export async function callGrpc(call: GrpcCall): Promise<GrpcAnswer> {
  const { host, port, path, headers = {}, messages = [""], pauseMs = 0 } = call;
  const session = connect(`http://${host}:${port}`);
  const stream = session.request({
    ":method": "POST",
    ":path": path,
    "content-type": "application/grpc",
    te: "trailers",
    ...headers,
  });
  const parts: Buffer[] = [];
  const heads: IncomingHttpHeaders[] = [];
  const over = new Promise<void>((resolve, reject) => {
    stream.on("response", (head) => heads.push(head));
    stream.on("trailers", (head: IncomingHttpHeaders) => heads.push(head));
    stream.on("data", (part: Buffer) => parts.push(part));
    stream.on("end", resolve);
    for (const source of [stream, session]) source.on("error", reject);
  });
  for (const [index, message] of messages.entries()) {
    if (index > 0) await sleep(pauseMs);
    stream.write(framed(message));
  }
  stream.end();
  await over;
  session.close();
  const last = heads.findLast((head) => head["grpc-status"] !== undefined);
  const { "grpc-status": status, "grpc-message": message } = last ?? {};
  return { status: text(status), message: text(message), messages: unframed(Buffer.concat(parts)) };
}
