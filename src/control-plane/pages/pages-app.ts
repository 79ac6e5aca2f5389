/**
 * The control plane's pages over HTTP. They show every sidecar's configuration, so they are served on the loopback interface
 * alone: whoever may forward ports of the replica's pod may read them (docs/decisions/control-plane-pages.md).
 */
import fastify from "fastify";
import type { FastifyInstance } from "fastify";

/**
 * What a page shows, asked for at each request; undefined where there is no such thing.
 *
 * @param parameters the parts of the path that are `:named`
 */
export type Page = (parameters: Readonly<Record<string, string>>) => unknown;

/** Largest request body, in bytes: nothing here reads one. */
const bodyLimit = 1_024;

/** In ms; as the requests are small and come from the machine itself. */
const timeouts = { request: 5_000, keepAlive: 5_000, inactivity: 30_000 };

/** What a caller on the loopback interface calls this server. */
const ownNames: readonly string[] = ["localhost", "127.0.0.1"];

/** Builds the app; listening is its caller's. */
export function buildPagesApp(pages: Readonly<Record<string, Page>>): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit,
    requestTimeout: timeouts.request,
    keepAliveTimeout: timeouts.keepAlive,
    connectionTimeout: timeouts.inactivity,
    forceCloseConnections: true,
  });
  // A website may have its name lead to 127.0.0.1 and a browser on this machine read on its behalf; the name tells.
  app.addHook("onRequest", async (request, reply) => {
    if (!ownNames.includes(request.hostname)) return reply.code(421).send({ message: "call it localhost" });
    return undefined;
  });
  for (const [path, content] of Object.entries(pages)) {
    app.get(path, (request, reply) => {
      const shown = content(request.params as Readonly<Record<string, string>>);
      if (shown !== undefined) return reply.type("application/json").send(JSON.stringify(shown, null, 2));
      reply.callNotFound();
      return reply;
    });
  }
  return app;
}
