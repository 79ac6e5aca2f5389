/**
 * The port for probes, scrapes and whoever looks a server over: the status app, listening.
 */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { OutriggerError } from "../errors.ts";
import type { Log } from "../observability/logger.ts";
import type { StatusAppDependencies } from "../observability/status-app.ts";
import { buildStatusApp } from "../observability/status-app.ts";

export interface StatusListenerOptions {
  /** Every address of both families, unless given. */
  readonly host: string | undefined;
  /** Undefined: there is no such port. */
  readonly port: number | undefined;
  readonly log: Log;
}

/**
 * Listens; resolves to what ends it.
 *
 * @throws OutriggerError `OUTRIGGER_LISTEN_FAILED`
 */
export async function startStatusListener(
  dependencies: StatusAppDependencies,
  { host, port, log }: StatusListenerOptions,
): Promise<() => Promise<void>> {
  if (port === undefined) return () => Promise.resolve();
  const app = buildStatusApp(dependencies);
  await app.ready();
  // Not Fastify's own listen(), which without a host takes localhost instead of every address of both families.
  app.server.listen({ port, ...(host === undefined ? {} : { host }) });
  try {
    await once(app.server, "listening");
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : undefined;
    throw new OutriggerError("OUTRIGGER_LISTEN_FAILED", detail, { cause });
  }
  log.info({ port: (app.server.address() as AddressInfo).port }, "status listening");
  return () => app.close();
}
