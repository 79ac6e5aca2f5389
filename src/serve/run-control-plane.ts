/**
 * The running process of a control plane: the ports beside that of discovery, signals, faults, and the order in which all of it ends.
 */
import type { Terminal } from "../cli/command.ts";
import { systemClock } from "../clock.ts";
import type { Log, Logging } from "../observability/logger.ts";
import { startLogging } from "../observability/logger.ts";
import { buildPagesApp } from "../control-plane/pages/pages-app.ts";
import { applyFaultPolicy } from "../observability/fault-policy.ts";
import { buildStatusApp } from "../observability/status-app.ts";
import type { ControlPlane, Surroundings } from "./control-plane.ts";
import { createControlPlane } from "./control-plane.ts";
import { clusterSurroundings } from "./cluster-control-plane.ts";
import type { ControlPlaneOptions } from "./control-plane-options.ts";
import { localSurroundings } from "./local-control-plane.ts";
import { startListener } from "./start-listener.ts";
import { stopOnSignals } from "./stop-on-signals.ts";

const standardOutput = 1;

/** Runs it; resolves to the exit code when the process has stopped in order. */
export async function runControlPlane(options: ControlPlaneOptions, terminal: Terminal): Promise<number> {
  const logging = startLogging(options.logLevel, standardOutput);
  const common = { clock: systemClock, random: Math.random, log: logging.log };
  const surroundings = await surroundingsOf(options, terminal, common);
  const controlPlane = createControlPlane({ surroundings, ...common });
  const closeListeners = await startListeners(controlPlane, options, logging.log);
  const ended = untilStopped(controlPlane, closeListeners, logging);
  const port = await controlPlane.start(options.port, options.host);
  logging.log.info({ port }, "discovery listening");
  return await ended;
}

/** What everybody may see, where everybody may reach it; and what shows the mesh, on the loopback interface alone. */
async function startListeners(
  { registry, readiness, pages }: ControlPlane,
  { host, healthPort, pagesPort }: ControlPlaneOptions,
  log: Log,
): Promise<() => Promise<void>> {
  const status = buildStatusApp({ registry, readiness });
  const closers = [
    await startListener(status, { host, port: healthPort, log, message: "status listening" }),
    await startListener(buildPagesApp(pages), { host: "127.0.0.1", port: pagesPort, log, message: "pages listening" }),
  ];
  return async () => {
    await Promise.all(closers.map((close) => close()));
  };
}

async function surroundingsOf(
  options: ControlPlaneOptions,
  terminal: Terminal,
  common: Parameters<typeof localSurroundings>[1],
): Promise<Surroundings> {
  return options.kind === "local"
    ? await localSurroundings(options, common)
    : await clusterSurroundings(options, common, terminal.environment);
}

async function untilStopped(
  controlPlane: ControlPlane,
  closeListeners: () => Promise<void>,
  { log, flush }: Logging,
): Promise<number> {
  const ended = Promise.withResolvers<number>();
  const stop = stopOnSignals({
    process,
    log,
    stop: async () => {
      await controlPlane.stop();
      await closeListeners();
    },
    exit: (code) => {
      flush();
      ended.resolve(code);
    },
  });
  applyFaultPolicy({ process, log, metrics: controlPlane.metrics, stop });
  return await ended.promise;
}
