import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { connectToCluster } from "../../../src/kubernetes/client.ts";

describe("the cluster", () => {
  let folder: string;
  const server = createServer((request, response) => {
    response.end(JSON.stringify({ url: request.url, authorization: request.headers.authorization }));
  });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "outrigger-client-"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    await writeFile(join(folder, "one"), kubeconfig("one"));
    await writeFile(join(folder, "two"), kubeconfig("two"));
  });

  after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  function kubeconfig(context: string): string {
    const { port } = server.address() as AddressInfo;
    const user = (name: string): object => ({ name, user: { token: `token-of-${name}` } });
    return JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name: "test",
          cluster: { server: `http://127.0.0.1:${port}/${context}`, "insecure-skip-tls-verify": true },
        },
      ],
      users: [user("first"), user("second")],
      contexts: ["first", "second"].map((name) => ({ name, context: { cluster: "test", user: name } })),
      "current-context": "first",
    });
  }

  async function ask(selection: Parameters<typeof connectToCluster>[0]): Promise<unknown> {
    const api = await connectToCluster(selection);
    try {
      return await api.request({ method: "GET", path: "/version" });
    } finally {
      api.close();
    }
  }

  it("is the one of the kubeconfig that is given", async () => {
    const environment = { KUBECONFIG: join(folder, "two") };
    assert.deepEqual(await ask({ kubeconfig: join(folder, "one"), environment }), {
      url: "/one/version",
      authorization: "Bearer token-of-first",
    });
  });

  it("is asked as the user of the context that is given", async () => {
    assert.deepEqual(await ask({ kubeconfig: join(folder, "one"), context: "second", environment: {} }), {
      url: "/one/version",
      authorization: "Bearer token-of-second",
    });
  });

  it("is not guessed where the kubeconfig cannot be read", async () => {
    await assert.rejects(ask({ kubeconfig: join(folder, "absent"), environment: {} }), /absent/);
    await assert.rejects(ask({ kubeconfig: join(folder, "one"), context: "absent", environment: {} }), /no cluster/);
  });
});
