/**
 * Connections that nothing passes on stay open: Envoy's and Node's usual limits for them are a minute or less.
 */
import assert from "node:assert/strict";
import { scenario } from "../scenario.ts";
import { installedOnNode } from "./installation.ts";
import { protocolPodsOfFile } from "./protocol-pods.ts";

installedOnNode();
const pods = protocolPodsOfFile("idle-connections");

scenario(
  "idle connections: of any protocol, used again after 75 s without a byte",
  async () => {
    assert.deepEqual(await pods().converse("idle", 75), {
      tcp: "after",
      http1: "after",
      http2: "after",
      webSocket: "after",
      grpc: "after",
      silent: "after",
      events: "event 1, event 2",
    });
  },
  { timeoutMs: 180_000 },
);
