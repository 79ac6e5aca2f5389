/**
 * The command line of the proxy's container.
 */
import { renderCompactYaml } from "./compact-yaml.ts";
import type { Bootstrap } from "./resource.ts";

/** How the Envoy process runs; the injector's settings have this shape. */
export interface ProxyProcess {
  /** Envoy's overall log level, and those of single components in the form `upstream:debug,http:trace` (empty for none). */
  readonly logLevel: { readonly overall: string; readonly components: string };
  /** Worker threads; 0 for one per core. */
  readonly concurrency: number;
  /** How long connections may live on after their listener was drained, in seconds. */
  readonly drainSeconds: number;
}

/** Milliseconds; Envoy's ten seconds are long for somebody who reads the access log. */
const logFlushInterval = 1000;

/** The arguments of the proxy's container; the kubelet expands the references in them. */
export function createProxyArguments(bootstrap: Bootstrap, proxy: ProxyProcess): readonly string[] {
  const { logLevel, concurrency, drainSeconds } = proxy;
  return [
    "--config-yaml",
    renderCompactYaml(bootstrap),
    "--log-level",
    logLevel.overall,
    ...(logLevel.components === "" ? [] : ["--component-log-level", logLevel.components]),
    ...(concurrency === 0 ? [] : ["--concurrency", String(concurrency)]),
    "--drain-time-s",
    String(drainSeconds),
    // Clients are asked at once to close their connections, rather than more and more of them over the drain time.
    "--drain-strategy",
    "immediate",
    "--file-flush-interval-msec",
    String(logFlushInterval),
    // There is never a second Envoy in the pod to hand over to, and the handover needs shared memory.
    "--disable-hot-restart",
  ];
}
