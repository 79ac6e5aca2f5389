/**
 * The options of `outrigger serve webhook`, read into complete values.
 */
import type { OptionSpec, OptionValues } from "../cli/command.ts";
import { optionOf } from "../cli/command.ts";
import { OutriggerError } from "../errors.ts";
import { probeNamespace } from "../installation/names.ts";
import type { LogLevel } from "../observability/logger.ts";
import { logLevels } from "../observability/logger.ts";
import type { StopTimes } from "../webhook/limits.ts";
import { defaultStopTimes } from "../webhook/limits.ts";
import { highestPort, readLogLevel, readNumber, readSwitch } from "./read-options.ts";

export const webhookOptions = {
  standalone: { help: "without Kubernetes: a certificate of its own, every namespace enabled" },
  config: { value: "FILE", help: "mesh config; read again when it changes" },
  namespaces: { value: "FILE", help: "standalone: Namespace objects, whose labels and annotations count" },
  host: { value: "ADDRESS", help: "IP address to listen on (all; standalone: 127.0.0.1)" },
  port: { value: "PORT", help: "port of the webhook (8443; 0 for any free one)" },
  "health-port": {
    value: "PORT",
    help: "port of /healthz, /readyz and /metrics (8080; standalone: none unless given)",
  },
  service: { value: "NAME", help: "Service that the API server calls (outrigger-injector)" },
  secret: { value: "NAME", help: "Secret that the replicas keep their certificate authority in" },
  "webhook-configuration": { value: "NAME", help: "Mutating- and ValidatingWebhookConfiguration to keep trusting it" },
  "self-heal": { value: "on|off", help: "restore those configurations when they are edited or deleted (on)" },
  "round-trip": {
    value: "NAMESPACE|off",
    help: "where to try whether pods come back with a sidecar (outrigger-probe)",
  },
  "certificate-directory": {
    value: "DIR",
    help: "serve tls.crt and tls.key of this folder instead, e.g. of cert-manager",
  },
  "client-ca": { value: "FILE", help: "answer only clients with a certificate of this CA" },
  "client-name": { value: "NAME", multiple: true, help: "answer only those that carry this name" },
  kubeconfig: { value: "FILE", help: "how to reach the API server; in a pod, its service account" },
  "log-level": { value: "LEVEL", help: `${logLevels.join(", ")} (info)` },
  "stop-grace-seconds": { value: "SECONDS", help: "how long to serve on after the signal to stop (5; standalone: 0)" },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export interface WebhookOptions {
  readonly config: string | undefined;
  readonly namespaces: string | undefined;
  readonly host: string | undefined;
  readonly port: number;
  readonly healthPort: number | undefined;
  readonly service: string;
  readonly secret: string;
  readonly webhookConfiguration: string;
  readonly selfHeal: boolean;
  /** Undefined: it is not tried. */
  readonly roundTripNamespace: string | undefined;
  readonly certificateDirectory: string | undefined;
  readonly clientCa: string | undefined;
  readonly clientNames: readonly string[];
  readonly kubeconfig: string | undefined;
  readonly logLevel: LogLevel;
  readonly stopTimes: StopTimes;
}

/** Whether the options ask for a webhook without Kubernetes. */
export function isStandalone(options: OptionValues): boolean {
  return options["standalone"] !== undefined;
}

/** Kubernetes' own limit on how long a pod may take to stop is an hour by custom. */
const longestGraceSeconds = 3600;

/** Options that have no meaning in the mode that is asked for would be ignored silently. */
function refuseMisplaced(options: OptionValues, standalone: boolean): void {
  const inCluster = ["service", "secret", "webhook-configuration", "self-heal", "round-trip", "kubeconfig"];
  const misplaced = standalone ? inCluster : ["namespaces"];
  const given = misplaced.find((name) => options[name] !== undefined);
  if (given === undefined) return;
  throw new OutriggerError(
    "OUTRIGGER_USAGE",
    `--${given} has no meaning ${standalone ? "with" : "without"} --standalone`,
  );
}

/**
 * Reads the options.
 *
 * @throws OutriggerError `OUTRIGGER_USAGE`
 */
export function readWebhookOptions(options: OptionValues): WebhookOptions {
  const standalone = isStandalone(options);
  refuseMisplaced(options, standalone);
  const roundTrip = optionOf(options, "round-trip") ?? probeNamespace;
  const graceSeconds = readNumber(options, "stop-grace-seconds", longestGraceSeconds);
  const defaultGrace = standalone ? 0 : defaultStopTimes.grace;
  return {
    config: optionOf(options, "config"),
    namespaces: optionOf(options, "namespaces"),
    host: optionOf(options, "host") ?? (standalone ? "127.0.0.1" : undefined),
    port: readNumber(options, "port", highestPort) ?? 8443,
    healthPort: readNumber(options, "health-port", highestPort) ?? (standalone ? undefined : 8080),
    service: optionOf(options, "service") ?? "outrigger-injector",
    secret: optionOf(options, "secret") ?? "outrigger-webhook-certificates",
    webhookConfiguration: optionOf(options, "webhook-configuration") ?? "outrigger-injector",
    selfHeal: readSwitch(options, "self-heal", true),
    roundTripNamespace: roundTrip === "off" ? undefined : roundTrip,
    certificateDirectory: optionOf(options, "certificate-directory"),
    clientCa: optionOf(options, "client-ca"),
    clientNames: options["client-name"] ?? [],
    kubeconfig: optionOf(options, "kubeconfig"),
    logLevel: readLogLevel(options),
    stopTimes: { ...defaultStopTimes, grace: graceSeconds === undefined ? defaultGrace : graceSeconds * 1_000 },
  };
}
