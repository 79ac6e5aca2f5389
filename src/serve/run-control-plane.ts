/**
 * The running process of a control plane: status port, signals, faults, and the order in which all of it ends.
 */
import type { Terminal } from "../cli/command.ts";
import { systemClock } from "../clock.ts";
import type { Logging } from "../observability/logger.ts";
import { startLogging } from "../observability/logger.ts";
import { applyFaultPolicy } from "../observability/fault-policy.ts";
import type { ControlPlane, Surroundings } from "./control-plane.ts";
import { createControlPlane } from "./control-plane.ts";
import { clusterSurroundings } from "./cluster-control-plane.ts";
import type { ControlPlaneOptions } from "./control-plane-options.ts";
import { localSurroundings } from "./local-control-plane.ts";
import { startStatusListener } from "./status-listener.ts";
import { stopOnSignals } from "./stop-on-signals.ts";

const standardOutput = 1;

/** Runs it; resolves to the exit code when the process has stopped in order. */
export async function runControlPlane(options: ControlPlaneOptions, terminal: Terminal): Promise<number> {
  const logging = startLogging(options.logLevel, standardOutput);
  const common = { clock: systemClock, random: Math.random, log: logging.log };
  const surroundings = await surroundingsOf(options, terminal, common);
  const controlPlane = createControlPlane({ surroundings, ...common });
  const { registry, readiness, pages } = controlPlane;
  const { host, healthPort } = options;
  const closeStatus = await startStatusListener(
    { registry, readiness, pages },
    { host, port: healthPort, log: logging.log },
  );
  const ended = untilStopped(controlPlane, closeStatus, logging);
  const port = await controlPlane.start(options.port, host);
  logging.log.info({ port }, "discovery listening");
  return await ended;
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
  closeStatus: () => Promise<void>,
  { log, flush }: Logging,
): Promise<number> {
  const ended = Promise.withResolvers<number>();
  const stop = stopOnSignals({
    process,
    log,
    stop: async () => {
      await controlPlane.stop();
      await closeStatus();
    },
    exit: (code) => {
      flush();
      ended.resolve(code);
    },
  });
  applyFaultPolicy({ process, log, metrics: controlPlane.metrics, stop });
  return await ended.promise;
}
