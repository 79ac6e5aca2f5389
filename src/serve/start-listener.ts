/**
 * An HTTP app beside a server's own port, listening: for probes and scrapes, or for whoever looks the server over.
 */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { OutriggerError } from "../errors.ts";
import type { Log } from "../observability/logger.ts";

export interface ListenerOptions {
  /** Every address of both families, unless given. */
  readonly host: string | undefined;
  readonly port: number;
  /** What is logged once it listens. */
  readonly message: string;
  readonly log: Log;
}

/**
 * Listens; resolves to what ends it.
 *
 * @throws OutriggerError `OUTRIGGER_LISTEN_FAILED`
 */
export async function startListener(
  app: FastifyInstance,
  { host, port, message, log }: ListenerOptions,
): Promise<() => Promise<void>> {
  await app.ready();
  // Not Fastify's own listen(), which without a host takes localhost instead of every address of both families.
  app.server.listen({ port, ...(host === undefined ? {} : { host }) });
  try {
    await once(app.server, "listening");
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : undefined;
    throw new OutriggerError("OUTRIGGER_LISTEN_FAILED", detail, { cause });
  }
  log.info({ port: (app.server.address() as AddressInfo).port }, message);
  return () => app.close();
}
