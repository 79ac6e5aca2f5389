import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { ApiError, isConflict, isGone, isNotFound } from "../../../src/kubernetes/api.ts";
import type { KubernetesApi } from "../../../src/kubernetes/api.ts";
import { createHttpApi } from "../../../src/kubernetes/http-api.ts";

async function withServer(listener: RequestListener, test: (api: KubernetesApi) => Promise<void>): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const api = createHttpApi({
    server: new URL(`http://127.0.0.1:${port}/prefix/`),
    connection: () => Promise.resolve({ tls: {}, headers: { authorization: "Bearer t" } }),
  });
  try {
    await test(api);
  } finally {
    api.close();
    server.closeAllConnections();
    server.close();
  }
}

describe("requests", () => {
  it("carry credentials, path, query and body", async () => {
    await withServer(
      (request, response) => {
        let body = "";
        request.on("data", (chunk) => (body += String(chunk)));
        request.on("end", () => {
          const { method, url, headers } = request;
          response.end(
            JSON.stringify({ method, url, auth: headers.authorization, type: headers["content-type"], body }),
          );
        });
      },
      async (api) => {
        const answer = await api.request({
          method: "PATCH",
          path: "/api/v1/x",
          query: { fieldManager: "é" },
          body: [{ op: "test" }],
          contentType: "application/json-patch+json",
        });
        assert.deepEqual(answer, {
          method: "PATCH",
          url: "/prefix/api/v1/x?fieldManager=%C3%A9",
          auth: "Bearer t",
          type: "application/json-patch+json",
          body: '[{"op":"test"}]',
        });
      },
    );
  });

  it("turn a Status into an error", async () => {
    await withServer(
      (_request, response) => {
        response.writeHead(409).end('{"kind":"Status","reason":"Conflict","message":"changed"}');
      },
      async (api) => {
        const error = await api.request({ method: "GET", path: "/x" }).catch((caught: unknown) => caught);
        assert.ok(error instanceof ApiError);
        assert.deepEqual([error.status, error.reason, error.message], [409, "Conflict", "changed"]);
        assert.deepEqual([isConflict(error), isGone(error), isNotFound(error)], [true, false, false]);
      },
    );
  });

  it("turn a page of something in between into an error", async () => {
    await withServer(
      (_request, response) => {
        response.writeHead(502).end("<html>");
      },
      async (api) => {
        await assert.rejects(api.request({ method: "GET", path: "/x" }), { name: "ApiError", status: 502 });
      },
    );
  });

  it("end after their time", async () => {
    await withServer(
      () => undefined,
      async (api) => {
        await assert.rejects(api.request({ method: "GET", path: "/x", timeoutMs: 30 }));
      },
    );
  });

  it("fail when the body breaks off", async () => {
    await withServer(
      (_request, response) => {
        response.writeHead(200, { "content-length": "100" });
        response.write("{");
        setTimeout(() => response.destroy(), 10);
      },
      async (api) => {
        await assert.rejects(api.request({ method: "GET", path: "/x" }));
      },
    );
  });
});

describe("watches", () => {
  it("put split lines and characters together", async () => {
    const line = Buffer.from(`{"type":"ADDED","object":{"metadata":{"name":"é"}}}\n`);
    await withServer(
      (_request, response) => {
        void (async () => {
          for (const byte of line) {
            response.write(Buffer.of(byte));
            await new Promise((resolve) => setImmediate(resolve));
          }
          response.end();
        })();
      },
      async (api) => {
        const names: unknown[] = [];
        const signal = new AbortController().signal;
        for await (const { object } of api.watch({ path: "/x", query: {}, signal })) names.push(object.metadata?.name);
        assert.deepEqual(names, ["é"]);
      },
    );
  });

  it("throw ERROR events and refusals", async () => {
    await withServer(
      (request, response) => {
        const refused = request.url?.includes("refused") === true;
        response.writeHead(refused ? 403 : 200);
        response.end(
          refused ? '{"reason":"Forbidden"}' : '{"type":"ERROR","object":{"code":410,"reason":"Expired"}}\n',
        );
      },
      async (api) => {
        const signal = new AbortController().signal;
        const drain = async (path: string): Promise<void> => {
          for await (const event of api.watch({ path, query: {}, signal })) assert.fail(JSON.stringify(event));
        };
        await assert.rejects(drain("/refused"), { status: 403, reason: "Forbidden" });
        await assert.rejects(drain("/x"), { status: 410, reason: "Expired" });
      },
    );
  });

  it("end with their signal", async () => {
    await withServer(
      (_request, response) => {
        response.writeHead(200);
        response.flushHeaders();
      },
      async (api) => {
        const abort = new AbortController();
        setTimeout(() => {
          abort.abort(new Error("enough"));
        }, 20);
        await assert.rejects(async () => {
          for await (const event of api.watch({ path: "/x", query: {}, signal: abort.signal })) assert.fail(event.type);
        });
      },
    );
  });
});
