/**
 * The least of a control plane: takes Delta ADS streams over TLS, notes who opened them, and says nothing.
 */
import { readFileSync } from "node:fs";
import type { Http2SecureServer, ServerHttp2Session } from "node:http2";
import { createSecureServer } from "node:http2";

const streams: { readonly path: string; readonly authorization: string }[] = [];

/** The streams that sidecars have opened so far. */
export function controlPlaneStreams(): typeof streams {
  return streams;
}

const sessions: ServerHttp2Session[] = [];

/** Breaks the connections of all sidecars, as the end of the process would. */
export function endControlPlaneSessions(): void {
  for (const session of sessions.splice(0)) session.destroy();
}

/** Key and certificate are those of the file that the environment variable CONTROL_PLANE_PEM names. */
export function controlPlane(): Http2SecureServer {
  const pem = readFileSync(process.env["CONTROL_PLANE_PEM"] ?? "", "utf8");
  const server = createSecureServer({ key: pem, cert: pem, minVersion: "TLSv1.3" });
  server.on("session", (session) => sessions.push(session));
  server.on("stream", (stream, headers) => {
    stream.on("error", () => undefined);
    streams.push({ path: headers[":path"] ?? "", authorization: headers.authorization ?? "" });
    stream.respond({ ":status": 200, "content-type": "application/grpc" });
  });
  return server;
}
