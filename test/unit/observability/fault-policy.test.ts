import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { Registry } from "prom-client";
import { applyFaultPolicy } from "../../../src/observability/fault-policy.ts";
import { createProcessMetrics } from "../../../src/observability/process-metrics.ts";
import { captureLogger } from "../../captured-logger.ts";

for (const kind of ["uncaughtException", "unhandledRejection"]) {
  test(`${kind}: logged, counted, the process stops with 1`, async () => {
    const process = new EventEmitter();
    const registry = new Registry();
    const { log, lines } = captureLogger();
    const codes: number[] = [];
    applyFaultPolicy({
      process,
      log,
      metrics: createProcessMetrics(registry, "0.0.0"),
      stop: (code) => codes.push(code),
    });
    process.emit(kind, new Error("a bug"));
    assert.deepEqual(codes, [1]);
    assert.equal(lines[0]?.msg, "uncaught error, stopping");
    assert.match(await registry.metrics(), new RegExp(`outrigger_process_faults_total\\{kind="${kind}"\\} 1`));
  });
}
